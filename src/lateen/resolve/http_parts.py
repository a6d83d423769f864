"""The HTTP routes of a VirtualService as they are in force: its own, and those of its delegates in their places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from lateen.api.problem import Problem, Severity
from lateen.api.virtual_service import (
    Destination,
    HTTPMatchRequest,
    HTTPRoute,
    HTTPRouteDestination,
    VirtualService,
)
from lateen.model.hostname import fully_qualified
from lateen.resolve.gateway_name import gateway_name
from lateen.resolve.http_merge import merge_route
from lateen.resolve.visibility import is_visible

NamespacedName = tuple[str, str]
"""(namespace, name)"""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """An HTTP route as somebody wrote it: number `number` of `source`."""

    source: VirtualService
    number: int

    @property
    def route(self) -> HTTPRoute:
        """The words themselves."""
        return self.source.spec.http[self.number]

    @property
    def path(self) -> str:
        """Where it stands in its resource."""
        return f"spec.http[{self.number}]"


@dataclass(frozen=True, slots=True, eq=False)
class HttpPart:
    """One route in force. `root` is the route of the rule it is, or that delegates to it: then it is `leaf`, filled in.

    A merged route names everything in full, as it may come from two namespaces.
    """

    route: HTTPRoute
    root: Written
    leaf: Written

    @property
    def mirror(self) -> Written:
        """Where its `mirror` is written."""
        return self.leaf if self.leaf.route.mirror else self.root

    @property
    def mirrors(self) -> Written:
        """Where its `mirrors` are written."""
        return self.leaf if self.leaf.route.mirrors else self.root


@dataclass(frozen=True, slots=True)
class HttpParts:
    """The routes of a rule in their order, and what is wrong with the delegation."""

    parts: tuple[HttpPart, ...] = ()
    problems: tuple[Problem, ...] = ()


def delegates_of(source: VirtualService) -> Iterator[NamespacedName]:
    """The resources that a VirtualService delegates to, in the order of its routes."""
    for route in source.spec.http:
        if route.delegate is not None:
            yield route.delegate.namespace or source.metadata.namespace, route.delegate.name


def http_parts(
    source: VirtualService,
    delegates: Mapping[NamespacedName, VirtualService],
    cluster_domain: str,
    export_to: Sequence[str],
) -> HttpParts:
    """The routes of `source`. `delegates` are all VirtualServices without hosts, `export_to` is the mesh's default.

    A route whose delegate does not exist, or is not for this namespace, is left out; so is a delegate's route that no
    request can reach through its root.
    """
    parts: list[HttpPart] = []
    problems: list[Problem] = []
    for number, route in enumerate(source.spec.http):
        root = Written(source, number)
        if route.delegate is None:
            parts.append(HttpPart(route, root, root))
            continue
        key = (route.delegate.namespace or source.metadata.namespace, route.delegate.name)
        delegate = delegates.get(key)
        if delegate is None or not _is_for(delegate, source, export_to):
            problems.append(_missing(root, key, exists=delegate is not None))
            continue
        _merge(root, delegate, cluster_domain, parts, problems)
    return HttpParts(tuple(parts), tuple(problems))


def _is_for(delegate: VirtualService, root: VirtualService, export_to: Sequence[str]) -> bool:
    visible = delegate.spec.export_to or export_to
    return is_visible(visible, delegate.metadata.namespace, root.metadata.namespace)


def _merge(
    root: Written, delegate: VirtualService, cluster_domain: str, parts: list[HttpPart], problems: list[Problem]
) -> None:
    outer = _in_full(root, cluster_domain)
    for number in range(len(delegate.spec.http)):
        leaf = Written(delegate, number)
        merged = merge_route(outer, _in_full(leaf, cluster_domain))
        if merged is None:
            problems.append(_conflict(root, leaf))
        else:
            parts.append(HttpPart(merged, root, leaf))


def _in_full(written: Written, domain: str) -> HTTPRoute:
    """The route with every name that is short for something in its own namespace spelt out."""
    route, namespace = written.route, written.source.metadata.namespace
    return replace(
        route,
        match=tuple(_match_in_full(each, namespace) for each in route.match),
        route=tuple(_target_in_full(each, namespace, domain) for each in route.route),
        mirror=_named(route.mirror, namespace, domain) if route.mirror else None,
        mirrors=tuple(replace(each, destination=_named(each.destination, namespace, domain)) for each in route.mirrors),
    )


def _match_in_full(match: HTTPMatchRequest, namespace: str) -> HTTPMatchRequest:
    return replace(match, gateways=tuple(gateway_name(name, namespace) for name in match.gateways))


def _target_in_full(target: HTTPRouteDestination, namespace: str, domain: str) -> HTTPRouteDestination:
    return replace(target, destination=_named(target.destination, namespace, domain))


def _named(destination: Destination, namespace: str, domain: str) -> Destination:
    return replace(destination, host=fully_qualified(destination.host, namespace, domain))


def _missing(root: Written, key: NamespacedName, *, exists: bool) -> Problem:
    name = "/".join(key)
    hint = f"apply VirtualService {name} without hosts, or correct the name"
    if exists:
        hint = f"add {root.source.metadata.namespace} to the exportTo of {name}"
    message = f'Referenced delegate virtual service not found: "{name}"; the route is left out'
    return Problem(root.source.ref, f"{root.path}.delegate", "IST0101", Severity.ERROR, message, hint)


def _conflict(root: Written, leaf: Written) -> Problem:
    owner = f"{root.source.metadata.namespace}/{root.source.metadata.name}"
    message = (
        f"the route is left out where VirtualService {owner} delegates to it: its matches are not within those of "
        f"{root.path} there"
    )
    hint = "match a part of what the delegating route matches, with the same ignoreUriCase and without a second regex"
    return Problem(leaf.source.ref, f"{leaf.path}.match", "DelegateConflict", Severity.ERROR, message, hint)
