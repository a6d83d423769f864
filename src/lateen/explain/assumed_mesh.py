"""The mesh around rules that come alone: the services they name, something that serves these, their gateways."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.explain.assumed import WORKLOADS
from lateen.model.hostname import fully_qualified, is_wildcard
from lateen.resolve.gateway_name import MESH, gateway_name

DOMAIN = "cluster.local"
HTTP_PORT = 80

Bodies = Mapping[ResourceRef, JsonObject]


@dataclass(frozen=True, slots=True)
class Assumed:
    """Documents that nobody wrote, and what a reader should know about them."""

    documents: tuple[JsonObject, ...] = ()
    notes: tuple[str, ...] = ()


def assume(bodies: Bodies, ports: Collection[int]) -> Assumed:
    """What the files leave out. Whatever kind of thing they do describe, they are taken to describe all of.

    Assumed services have `ports`, those that rules name, and 80.
    """
    services = {} if _has(bodies, {"Service", "ServiceEntry"}) else _services(bodies, ports)
    rules = _subsets(bodies, services)
    everything = {**bodies, **services, **rules}
    workloads = {} if _has(bodies, {"Pod", "EndpointSlice", *WORKLOADS}) else _workloads(everything)
    gateways = {} if _has(bodies, {"Gateway"}) else _gateways(bodies)
    notes = [
        f"no file holds a {kind}: {what}"
        for kind, what, made in (
            ("Service", "those that rules name are assumed", services),
            ("workload", "one is assumed for each service and subset", workloads),
            ("Gateway", "those that rules are bound to are assumed, with port 80", gateways),
        )
        if made
    ]
    return Assumed((*services.values(), *rules.values(), *workloads.values(), *gateways.values()), tuple(notes))


def _has(bodies: Bodies, kinds: Collection[str]) -> bool:
    return any(ref.kind in kinds for ref in bodies)


def _specs(bodies: Bodies, kind: str) -> Iterator[tuple[ResourceRef, JsonObject]]:
    return ((ref, body.get("spec") or {}) for ref, body in bodies.items() if ref.kind == kind)


def _destinations(spec: JsonObject) -> Iterator[JsonObject]:
    """Every place that a VirtualService sends to."""
    for protocol in ("http", "tls", "tcp"):
        for route in spec.get(protocol) or ():
            weighted = [*(route.get("route") or ()), *(route.get("mirrors") or ())]
            yield from (each.get("destination") or {} for each in weighted)
            yield from ([route["mirror"]] if route.get("mirror") else ())


def _services(bodies: Bodies, ports: Collection[int]) -> dict[ResourceRef, JsonObject]:
    hosts: dict[str, None] = {}
    numbers = {HTTP_PORT, *ports}
    for ref, spec in _specs(bodies, "VirtualService"):
        for destination in _destinations(spec):
            hosts[_full(destination.get("host", ""), ref)] = None
            numbers.add((destination.get("port") or {}).get("number") or HTTP_PORT)
        if MESH in (spec.get("gateways") or [MESH]):
            hosts |= dict.fromkeys(full for host in spec.get("hosts") or () if _is_internal(full := _full(host, ref)))
    for ref, spec in _specs(bodies, "DestinationRule"):
        hosts[_full(spec.get("host", ""), ref)] = None
    for _, spec in _specs(bodies, "Sidecar"):
        for listener in spec.get("egress") or ():
            names = (host.rpartition("/")[2].lower() for host in listener.get("hosts") or ())
            hosts |= dict.fromkeys(name for name in names if _is_internal(name))
            numbers.add((listener.get("port") or {}).get("number") or HTTP_PORT)
    wanted = [host for host in hosts if host and not is_wildcard(host)]
    return dict(_service(host, sorted(numbers)) for host in wanted)


def _full(host: str, ref: ResourceRef) -> str:
    return fully_qualified(host, ref.namespace, DOMAIN).lower()


def _is_internal(host: str) -> bool:
    return host.endswith(f".svc.{DOMAIN}") and host.count(".") == 4


def _service(host: str, ports: Iterable[int]) -> tuple[ResourceRef, JsonObject]:
    if not _is_internal(host):
        named = [{"number": number, "name": f"http-{number}", "protocol": "HTTP"} for number in ports]
        spec = {"hosts": [host], "ports": named, "resolution": "DNS", "location": "MESH_EXTERNAL"}
        return _body("networking.istio.io/v1", "ServiceEntry", "default", host.replace("*", "wildcard"), spec)
    name, namespace = host.split(".")[:2]
    served = [{"port": number, "name": f"http-{number}", "protocol": "TCP"} for number in ports]
    return _body("v1", "Service", namespace, name, {"selector": {"app": name}, "ports": served})


def _body(version: str, kind: str, namespace: str, name: str, spec: JsonObject) -> tuple[ResourceRef, JsonObject]:
    metadata = {"name": name, "namespace": namespace}
    return ResourceRef(kind, namespace, name), {
        "apiVersion": version,
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    }


def _subsets(bodies: Bodies, services: Bodies) -> dict[ResourceRef, JsonObject]:
    """DestinationRules for the subsets of assumed services, where no file holds any."""
    if not services or _has(bodies, {"DestinationRule"}):
        return {}
    subsets: dict[str, dict[str, None]] = {}
    for ref, spec in _specs(bodies, "VirtualService"):
        for destination in _destinations(spec):
            if subset := destination.get("subset"):
                subsets.setdefault(_full(destination.get("host", ""), ref), {})[subset] = None
    return dict(_rule(host, list(names)) for host, names in subsets.items())


def _rule(host: str, names: Iterable[str]) -> tuple[ResourceRef, JsonObject]:
    subsets = [{"name": name, "labels": {"version": name}} for name in names]
    namespace = host.split(".")[1] if _is_internal(host) else "default"
    spec = {"host": host, "subsets": subsets}
    return _body("networking.istio.io/v1", "DestinationRule", namespace, host, spec)


def _workloads(bodies: Bodies) -> dict[ResourceRef, JsonObject]:
    """A deployment for each service, and one for each of its subsets."""
    found: dict[ResourceRef, JsonObject] = {}
    rules = [(_full(spec.get("host", ""), ref), spec) for ref, spec in _specs(bodies, "DestinationRule")]
    for ref, spec in _specs(bodies, "Service"):
        selector = spec.get("selector") or {}
        host = f"{ref.name}.{ref.namespace}.svc.{DOMAIN}"
        subsets = [each for name, rule in rules if name == host for each in rule.get("subsets") or ()]
        if selector and not subsets:
            found.update([_deployment(ref.name, ref.namespace, selector)])
        for subset in subsets if selector else ():
            labels = {**selector, **(subset.get("labels") or {})}
            found.update([_deployment(f"{ref.name}-{subset['name']}", ref.namespace, labels)])
    return found


def _deployment(name: str, namespace: str, labels: Mapping[str, str]) -> tuple[ResourceRef, JsonObject]:
    pod = {"metadata": {"labels": dict(labels)}, "spec": {"containers": [{"name": "app", "image": "app"}]}}
    return _body("apps/v1", "Deployment", namespace, name, {"selector": {"matchLabels": dict(labels)}, "template": pod})


def _gateways(bodies: Bodies) -> dict[ResourceRef, JsonObject]:
    """Gateways at the ingress gateway's HTTP port, for every host."""
    found: dict[ResourceRef, JsonObject] = {}
    server = {"port": {"number": HTTP_PORT, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
    for ref, spec in _specs(bodies, "VirtualService"):
        for word in spec.get("gateways") or ():
            if word != MESH:
                namespace, _, name = gateway_name(word, ref.namespace).partition("/")
                spec_ = {"selector": {"istio": "ingressgateway"}, "servers": [server]}
                found.update([_body("networking.istio.io/v1", "Gateway", namespace, name, spec_)])
    return found
