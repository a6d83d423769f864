"""What a sidecar or a gateway is told about routing, in words short enough for tables."""

from tests.support.resources import resources

from lateen.api.meta import Resource
from lateen.api.problem import Problem
from lateen.ir.config import Layer
from lateen.ir.listener import Http, Listener, Tcp
from lateen.ir.match import NamedMatch, StringKind
from lateen.ir.route import DirectResponse, Forward, Redirect, Route, RouteConfig, VirtualHost
from lateen.model.build import build_snapshot
from lateen.model.workload import Proxy, ProxyType
from lateen.resolve.mesh import MeshResolver

SUFFIX = ".default.svc.cluster.local"


class Routing:
    """One proxy before the real pipeline; `apply` changes the mesh, `layer` is its outbound side."""

    def __init__(self, text: str, proxy: Proxy | None = None) -> None:
        self.resolver = MeshResolver()
        self.proxy = proxy or sidecar()
        self._resources: dict[str, Resource] = {}
        self.revision = 0
        self.apply(text)

    def apply(self, text: str, *, remove: bool = False) -> None:
        for each in resources(text):
            if remove:
                del self._resources[str(each.ref)]
            else:
                self._resources[str(each.ref)] = each
        self.revision += 1
        self.resolver.update(build_snapshot(self._resources.values(), self.revision))

    @property
    def layer(self) -> Layer:
        return next(each for each in self.resolver.config_for(self.proxy).layers if each.name == "outbound")

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.layer.problems

    def listener(self, name: str) -> Listener:
        return self.layer.listeners[name]

    def config(self, name: str) -> RouteConfig:
        return self.layer.routes[name]

    def host(self, config: str, name: str) -> VirtualHost:
        return next(each for each in self.config(config).virtual_hosts if each.name == name)

    def domains(self, config: str) -> dict[str, tuple[str, ...]]:
        return {each.name: each.domains for each in self.config(config).virtual_hosts}


def sidecar(namespace: str = "default", **labels: str) -> Proxy:
    return Proxy(
        id=f"sidecar~{namespace}~{labels}", type=ProxyType.SIDECAR, name="client", namespace=namespace, labels=labels
    )


def gateway_proxy(netns: str = "") -> Proxy:
    return Proxy(
        id=f"router~{netns}",
        type=ProxyType.GATEWAY,
        name="gw",
        namespace="istio-system",
        labels={"istio": "ingressgateway"},
        netns_host=netns,
    )


def rule(name: str, spec: str, namespace: str = "default", *, year: int = 0) -> str:
    """A VirtualService, created in that year if it matters; `spec` is YAML in flow style."""
    return document("VirtualService", name, spec, namespace, year=year)


def document(kind: str, name: str, spec: str, namespace: str = "default", *, year: int = 0, labels: str = "{}") -> str:
    created = f", creationTimestamp: '{year}-01-01T00:00:00Z'" if year else ""
    return f"""
---
apiVersion: networking.istio.io/v1
kind: {kind}
metadata: {{name: {name}, namespace: {namespace}{created}, labels: {labels}}}
spec: {spec}
"""


def short(cluster: str) -> str:
    """`9080|v2|reviews` for a cluster of the default namespace."""
    return cluster.removeprefix("outbound|").removesuffix(SUFFIX)


def told(route: Route) -> str:
    """A route in one line: where it goes, and on what conditions."""
    return f"{_condition(route)} -> {_action(route.action)}"


def told_all(host: VirtualHost) -> list[str]:
    return [told(route) for route in host.routes]


def _condition(route: Route) -> str:
    path = route.match.path
    words = [f"{path.kind}:{path.value}" + ("~" if path.ignore_case else "")]
    words += [_named(each) for each in route.match.headers]
    words += [f"?{_named(each)}" for each in route.match.query]
    return " ".join(words)


def _named(each: NamedMatch) -> str:
    sign = "!" if each.invert else ""
    if each.match.kind is StringKind.PRESENT:
        return f"{sign}{each.name}"
    return f"{sign}{each.name}={each.match.kind}:{each.match.value}"


def _action(action: Forward | Redirect | DirectResponse) -> str:
    if isinstance(action, Forward):
        if len(action.clusters) == 1:
            return short(action.clusters[0].cluster)
        return " ".join(f"{short(each.cluster)}*{each.weight}" for each in action.clusters)
    return str(action.status) if isinstance(action, DirectResponse) else f"redirect {action.code}"


def chains(listener: Listener) -> list[str]:
    """A listener's filter chains in one line each, the default one last."""
    found = [
        _chain(each.match.server_names + each.match.destination_cidrs, each.match.alpn, each.network)
        for each in listener.chains
    ]
    default = listener.default_chain
    return [*found, f"else {_network(default.network)}"] if default else found


def _chain(conditions: tuple[str, ...], alpn: tuple[str, ...], network: Http | Tcp) -> str:
    words = [*conditions, *(["http"] if alpn else [])]
    return f"{' '.join(words) or 'all'} -> {_network(network)}"


def _network(network: Http | Tcp) -> str:
    if isinstance(network, Http):
        return f"routes {network.route_name.replace(SUFFIX, '')}"
    if len(network.targets) == 1:
        return short(network.targets[0].cluster)
    return " ".join(f"{short(each.cluster)}*{each.weight}" for each in network.targets)
