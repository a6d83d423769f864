"""What pods find in /etc/resolv.conf, and what is read from the machine's."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address

from lateen.node.dns.table import CLUSTER_DOMAIN

_NAMESERVERS_MOST = 3


@dataclass(frozen=True, slots=True)
class ResolverSettings:
    """The lines of a resolv.conf."""

    nameservers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def parse_resolv_conf(text: str) -> ResolverSettings:
    """The settings of a resolv.conf; lines that make no sense are skipped, as resolvers do."""
    nameservers: list[str] = []
    searches: tuple[str, ...] = ()
    options: list[str] = []
    for line in text.splitlines():
        keyword, *values = line.split() or [""]
        if keyword == "nameserver" and values and _is_address(values[0]):
            nameservers.append(values[0])
        elif keyword in ("search", "domain"):
            searches = tuple(values)
        elif keyword == "options":
            options.extend(values)
    return ResolverSettings(tuple(nameservers[:_NAMESERVERS_MOST]), searches, tuple(options))


def pod_settings(
    namespace: str, nameserver: IPv4Address, policy: str, machine: ResolverSettings, domain: str = CLUSTER_DOMAIN
) -> ResolverSettings:
    """The settings that a pod's `dnsPolicy` asks for; its `dnsConfig` comes on top with `extended`."""
    if policy == "None":
        return ResolverSettings()
    if policy == "Default":
        return machine
    searches = (f"{namespace}.svc.{domain}", f"svc.{domain}", domain)
    return ResolverSettings((str(nameserver),), searches, ("ndots:5",))


def extended(
    settings: ResolverSettings, nameservers: Sequence[str], searches: Sequence[str], options: Sequence[tuple[str, str]]
) -> ResolverSettings:
    """`settings` with those of a `dnsConfig`; an option given twice has the later value."""
    merged = {option.partition(":")[0]: option for option in settings.options}
    merged |= {name: f"{name}:{value}" if value else name for name, value in options}
    return ResolverSettings(
        tuple(dict.fromkeys((*settings.nameservers, *nameservers)))[:_NAMESERVERS_MOST],
        tuple(dict.fromkeys((*settings.searches, *searches))),
        tuple(merged.values()),
    )


def resolv_conf(settings: ResolverSettings) -> str:
    """The file's content."""
    lines = [f"nameserver {address}" for address in settings.nameservers]
    lines += [f"search {' '.join(settings.searches)}"] * bool(settings.searches)
    lines += [f"options {' '.join(settings.options)}"] * bool(settings.options)
    return "".join(f"{line}\n" for line in lines)


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
