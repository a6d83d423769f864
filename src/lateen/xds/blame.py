"""Which of the user's resources a refused Envoy resource comes from."""

from collections.abc import Iterable, Iterator, Sequence

from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.ir.cluster import Cluster
from lateen.ir.listener import Http, Listener
from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import Route, RouteConfig
from lateen.ir.secret import Secret
from lateen.ir.value import Value
from lateen.xds.resource_type import abbreviation
from lateen.xds.sheet import Encoded

CODE = "RejectedByProxy"
HINT = "this version has no effect until it is changed; `lateen proxy-status` shows which proxies refused it"


def rejection_problems(type_url: str, resource: Encoded, message: str) -> tuple[Problem, ...]:
    """One problem for each of the user's resources that may be the cause; without any, one that names none."""
    refs: Sequence[ResourceRef | None] = [ref_of(each) for each in origins_of(resource.value, resource.before)]
    text = f"Envoy refused {abbreviation(type_url)} resource {resource.name}: {message}"
    return tuple(Problem(ref, "", CODE, Severity.ERROR, text, HINT) for ref in refs or [None])


def ref_of(origin: ConfigOrigin) -> ResourceRef:
    """The resource that a piece of configuration comes from."""
    return ResourceRef(origin.kind, origin.namespace, origin.name)


def origins_of(value: Value | None, before: Value | None = None) -> tuple[ConfigOrigin, ...]:
    """The resources that shaped `value`; if it replaced `before`, those that shaped the part that changed."""
    match value:
        case Cluster() | Secret():
            found: Iterable[ConfigOrigin] = value.origins
        case Listener():
            found = _listener_origins(value, before)
        case RouteConfig():
            found = _route_origins(value, before)
        case _:
            found = ()
    return tuple(dict.fromkeys(found))


def _route_origins(value: RouteConfig, before: Value | None) -> list[ConfigOrigin]:
    """A route configuration holds the rules of many: only those count that were not there before."""
    known = before.virtual_hosts if isinstance(before, RouteConfig) else ()
    hosts = [host for host in value.virtual_hosts if host not in known] or value.virtual_hosts
    old = {host.name: host.routes for host in known}
    routes: list[Route] = []
    for host in hosts:
        routes += [route for route in host.routes if route not in old.get(host.name, ())] or host.routes
    return [origin for route in routes for origin in _origins(route)]


def _origins(route: Route) -> Iterator[ConfigOrigin]:
    """Whoever wrote the words comes before who delegates to them."""
    if route.delegate is not None:
        yield route.delegate.origin
    if route.origin is not None:
        yield route.origin


def _listener_origins(value: Listener, before: Value | None) -> Iterator[ConfigOrigin]:
    known = before.chains if isinstance(before, Listener) else ()
    chains = [chain for chain in value.chains if chain not in known] or value.chains
    for chain in chains:
        yield from reversed(chain.origins)  # a server's TLS is refused rather than a rule for its connections
        if isinstance(chain.network, Http) and chain.network.routes is not None:
            yield from _route_origins(chain.network.routes, None)
    yield from value.origins
