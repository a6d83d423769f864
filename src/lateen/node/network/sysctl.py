"""Kernel settings of the network namespace that the calling thread is in."""

from collections.abc import Mapping
from pathlib import Path

_ROOT = Path("/proc/sys/net")

NODE_SETTINGS = {
    "ipv4/ip_forward": "1",
    # Pods reach each other through the gateway although one bridge holds them all: no hint about the shorter way.
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/default/send_redirects": "0",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv6/conf/default/disable_ipv6": "1",
    # Bridged frames are none of this namespace's nft rules' business, whatever the machine uses br_netfilter for.
    "bridge/bridge-nf-call-iptables": "0",
    "bridge/bridge-nf-call-ip6tables": "0",
    "bridge/bridge-nf-call-arptables": "0",
    "ipv4/neigh/default/gc_thresh1": "1024",
}

POD_SETTINGS = {
    "ipv4/ip_unprivileged_port_start": "0",
    "ipv4/ping_group_range": "0 2147483647",
    "ipv4/conf/all/accept_redirects": "0",
    "ipv4/conf/default/accept_redirects": "0",
    "ipv6/conf/default/disable_ipv6": "1",
}


def apply_settings(settings: Mapping[str, str]) -> None:
    """Write the settings; those the kernel lacks (a module that isn't loaded) or keeps for itself are skipped."""
    for name, value in settings.items():
        try:
            (_ROOT / name).write_text(value)
        except (FileNotFoundError, PermissionError):
            continue
