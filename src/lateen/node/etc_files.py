"""The files in /etc that make a container part of its pod."""

from lateen.api.pod import Pod, PodDNSConfig

_LOCAL = (
    "# Written by Lateen for this pod.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
)


def hosts(pod: Pod, address: str, hostname: str, cluster_domain: str) -> str:
    """`/etc/hosts`: this pod, and the aliases it asks for."""
    names = [hostname]
    if pod.spec.subdomain:
        names.insert(0, f"{hostname}.{pod.spec.subdomain}.{pod.metadata.namespace}.svc.{cluster_domain}")
    own = f"{address}\t{' '.join(names)}\n" if address else ""
    aliases = "".join(f"{alias.ip}\t{' '.join(alias.hostnames)}\n" for alias in pod.spec.host_aliases)
    return _LOCAL + own + aliases


def resolv_conf(pod: Pod, dns_address: str, cluster_domain: str, machine: str) -> str:
    """`/etc/resolv.conf` by the pod's DNS policy; `machine` is the text of the machine's own."""
    config = pod.spec.dns_config or PodDNSConfig()
    servers, searches, options = _from_policy(pod, dns_address, cluster_domain, machine)
    servers = _unique([*servers, *config.nameservers])
    searches = _unique([*searches, *config.searches])
    options = _unique([*options, *(f"{o.name}:{o.value}" if o.value is not None else o.name for o in config.options)])
    lines = [f"nameserver {server}" for server in servers[:3]]
    lines += [f"search {' '.join(searches)}"] if searches else []
    lines += [f"options {' '.join(options)}"] if options else []
    return "\n".join(lines) + "\n"


def _from_policy(
    pod: Pod, dns_address: str, cluster_domain: str, machine: str
) -> tuple[list[str], list[str], list[str]]:
    if pod.spec.dns_policy == "None":
        return [], [], []
    found = [line.split() for line in machine.splitlines() if line and line[0] not in "#;"]
    searches = [word for line in found if line[:1] == ["search"] for word in line[1:]]
    if pod.spec.dns_policy == "Default" or not dns_address:
        servers = [line[1] for line in found if line[:1] == ["nameserver"] and len(line) > 1]
        return servers, searches, [word for line in found if line[:1] == ["options"] for word in line[1:]]
    domain = f"svc.{cluster_domain}"
    own = [f"{pod.metadata.namespace}.{domain}", domain, cluster_domain]
    return [dns_address], own + searches, ["ndots:5"]


def _unique(words: list[str]) -> list[str]:
    return list(dict.fromkeys(words))
