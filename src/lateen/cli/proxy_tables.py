"""The rows of `proxy-config`, from Envoy's JSON."""

from collections.abc import Iterator, Sequence

from lateen.api.meta import JsonObject
from lateen.api.unix import UNIX_SCHEME

CLUSTER_HEADINGS = ("SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE")
LISTENER_HEADINGS = ("ADDRESSES", "PORT", "MATCH", "DESTINATION")
ROUTE_HEADINGS = ("NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE")
ENDPOINT_HEADINGS = ("ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER")

DNS_CLUSTER = "envoy.cluster.dns"

Rows = list[Sequence[str]]
SHOWN_DOMAINS = 2


def cluster_rows(clusters: Sequence[JsonObject]) -> Rows:
    """One row a cluster, by service and port."""
    return sorted((_cluster_row(cluster) for cluster in clusters), key=lambda row: (row[0], row[1].zfill(5), row[2]))


def _cluster_row(cluster: JsonObject) -> Sequence[str]:
    parts = cluster["name"].split("|")
    direction, port, subset, fqdn = parts if len(parts) == 4 else ("-", "-", "-", cluster["name"])
    return (fqdn or "", port, subset or "-", direction, _cluster_type(cluster), _origin(cluster, "destination-rule"))


def _cluster_type(cluster: JsonObject) -> str:
    """Envoy's own word; clusters of extensions by the word of the type that they took over from."""
    extension: JsonObject = cluster.get("cluster_type") or {}
    if extension.get("name") == DNS_CLUSTER:
        single = (extension.get("typed_config") or {}).get("all_addresses_in_single_endpoint")
        return "LOGICAL_DNS" if single else "STRICT_DNS"
    name = str(extension.get("name") or "").rpartition(".")[2]
    return name.upper() or str(cluster.get("type", "STATIC"))


def listener_rows(listeners: Sequence[JsonObject]) -> Rows:
    """One row a filter chain."""
    rows: Rows = []
    for listener in sorted(listeners, key=_port):
        address, port = listening_at(listener)
        chains = listener.get("filter_chains") or []
        default = listener.get("default_filter_chain")
        for chain in [*chains, *([default] if default else [])]:
            match = "ALL" if chain is default else _chain_match(chain.get("filter_chain_match") or {})
            rows.append((address, str(port or ""), match, _destination(chain)))
    return rows


def listening_at(listener: JsonObject) -> tuple[str, int]:
    """A listener's address and port; a socket file is `unix://…` and has none (0)."""
    address: JsonObject = listener.get("address") or {}
    socket: JsonObject = address.get("socket_address") or {}
    file = (address.get("pipe") or {}).get("path", "")
    return f"{UNIX_SCHEME}{file}" if file else socket.get("address", ""), socket.get("port_value", 0)


def _port(listener: JsonObject) -> tuple[int, str]:
    return listening_at(listener)[1], listener.get("name", "")


def _chain_match(match: JsonObject) -> str:
    ranges = ",".join(
        f"{cidr['address_prefix']}/{cidr.get('prefix_len', 0)}" for cidr in match.get("prefix_ranges") or []
    )
    conditions = (
        ("SNI", ",".join(match.get("server_names") or [])),
        ("Trans", match.get("transport_protocol", "")),
        ("App", ",".join(match.get("application_protocols") or [])),
        ("Addr", ranges),
        ("Port", str(match.get("destination_port", ""))),
    )
    return "; ".join(f"{name}: {value}" for name, value in conditions if value) or "ALL"


def _destination(chain: JsonObject) -> str:
    for each in chain.get("filters") or []:
        config: JsonObject = each.get("typed_config") or {}
        if "rds" in config:
            return f"Route: {config['rds'].get('route_config_name', '')}"
        if "route_config" in config:
            return _inline_routes(config["route_config"])
        if "cluster" in config:
            return _cluster(config["cluster"])
        if "weighted_clusters" in config:
            return "Cluster: " + ", ".join(_weighted(config["weighted_clusters"]))
    return "-"


def _cluster(name: str) -> str:
    # istioctl sets the four fixed clusters (PassthroughCluster …) apart by leaving the word out.
    return name if name.endswith("Cluster") else f"Cluster: {name}"


def _inline_routes(config: JsonObject) -> str:
    hosts: list[JsonObject] = config.get("virtual_hosts") or []
    routes: list[JsonObject] = [route for host in hosts for route in host.get("routes") or []]
    if len(routes) == 1 and (routes[0].get("match") or {}).get("prefix") == "/" and "route" in routes[0]:
        return _cluster(_target(routes[0]))
    return f"Inline Route: {', '.join(route_match(route.get('match') or {}) for route in routes)}"


def route_rows(routes: Sequence[JsonObject]) -> Rows:
    """One row a route, in the order in which they are tried."""
    rows: Rows = []
    for config in sorted(routes, key=lambda config: config.get("name", "").zfill(60)):
        for host in config.get("virtual_hosts") or []:
            domains = _domains(host.get("domains") or [])
            for route in host.get("routes") or []:
                origin = _origin(route, "virtual-service")
                rows.append(
                    (config.get("name", ""), host["name"], domains, route_match(route.get("match") or {}), origin)
                )
    return rows


def _domains(domains: Sequence[str]) -> str:
    """The shortest names, `reviews, reviews.default`: the same with a port, a final dot or the mesh's suffix says
    nothing new."""
    shown = [each for each in domains if ":" not in each and not _is_longer(each, domains)] or list(domains)
    shown.sort(key=lambda each: (each[:1].isdigit(), len(each)))
    more = len(shown) - SHOWN_DOMAINS
    return ", ".join(shown[:SHOWN_DOMAINS]) + (f" + {more} more..." if more > 0 else "")


def _is_longer(domain: str, known: Sequence[str]) -> bool:
    if domain.endswith("."):
        return domain[:-1] in known
    return any(domain == f"{short}.svc" or domain.startswith(f"{short}.svc.") for short in known)


def route_match(match: JsonObject) -> str:
    """A route's conditions in short: its path, and `*` when it has others."""
    path = (
        match.get("path")
        or (f"{match['prefix']}*" if "prefix" in match else "")
        or (f"{match['path_separated_prefix']}/*" if "path_separated_prefix" in match else "")
        or f"regex {(match.get('safe_regex') or {}).get('regex', '')}"
    )
    others = [_named(each) for each in (match.get("headers") or []) + (match.get("query_parameters") or [])]
    return " ".join([path, *others])


def _named(condition: JsonObject) -> str:
    return f"[{'!' if condition.get('invert_match') else ''}{condition['name']}]"


def endpoint_rows(statuses: Sequence[JsonObject]) -> Rows:
    """One row an endpoint, from Envoy's `/clusters`."""
    rows: Rows = [
        (endpoint_address(host), _health(host), _outlier(host), status["name"])
        for status in statuses
        for host in status.get("host_statuses") or []
    ]
    return sorted(rows, key=lambda row: (row[3], row[0]))


def endpoint_address(host: JsonObject) -> str:
    """`address:port`, or the path of a pipe."""
    address: JsonObject = host.get("address") or {}
    socket = address.get("socket_address")
    return f"{socket['address']}:{socket['port_value']}" if socket else (address.get("pipe") or {}).get("path", "")


def _health(host: JsonObject) -> str:
    health: JsonObject = host.get("health_status") or {}
    failed = any(value is True for key, value in health.items() if key.startswith("failed_"))
    return "UNHEALTHY" if failed else str(health.get("eds_health_status", "HEALTHY"))


def _outlier(host: JsonObject) -> str:
    return "FAILED" if (host.get("health_status") or {}).get("failed_outlier_check") else "OK"


def _origin(resource: JsonObject, kind: str) -> str:
    metadata = ((resource.get("metadata") or {}).get("filter_metadata") or {}).get("istio") or {}
    parts = str(metadata.get("config", "")).split("/")
    # /apis/<group>/<version>/namespaces/<namespace>/<kind>/<name>
    return f"{parts[7]}.{parts[5]}" if len(parts) == 8 and parts[6] == kind else ""


def _weighted(weighted: JsonObject) -> Iterator[str]:
    for cluster in weighted.get("clusters") or []:
        yield f"{cluster['name']} ({cluster.get('weight', 0)})"


def _target(route: JsonObject) -> str:
    action = route.get("route")
    if not action:
        return "redirect" if "redirect" in route else "direct response"
    return action.get("cluster") or ", ".join(_weighted(action.get("weighted_clusters") or {}))
