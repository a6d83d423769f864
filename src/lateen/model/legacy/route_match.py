"""A RouteRule's conditions in the words of VirtualService."""

from collections.abc import Iterator

from lateen.api.istio_service import IstioService
from lateen.api.problem import Problem
from lateen.api.route_rule import RouteRule
from lateen.api.virtual_service import HTTPMatchRequest, StringMatch
from lateen.model.legacy.host import DEFAULT_NAMESPACE, host_of
from lateen.model.legacy.outcome import Services, problem

_PSEUDO = frozenset(("uri", "scheme", "method", "authority"))


def match_of(rule: RouteRule, services: Services, cluster_domain: str) -> HTTPMatchRequest:
    """All of the rule's conditions; the client's service is told by its pods' labels."""
    spec = rule.spec.match
    found = spec.request.headers if spec and spec.request else {}
    labels, namespace = client_of(rule, services, cluster_domain)
    return HTTPMatchRequest(
        uri=found.get("uri"),
        scheme=found.get("scheme"),
        method=found.get("method"),
        authority=found.get("authority"),
        headers={name: _presence(match) for name, match in found.items() if name not in _PSEUDO},
        source_labels=labels,
        source_namespace=namespace,
    )


def takes_everything(match: HTTPMatchRequest) -> bool:
    """Whether the conditions hold for every request of every client."""
    return match in (HTTPMatchRequest(), HTTPMatchRequest(uri=StringMatch(prefix="/")))


def client_of(rule: RouteRule, services: Services, cluster_domain: str) -> tuple[dict[str, str], str]:
    """The labels and namespace that a client's pods must have: those by which its service finds them."""
    source = rule.spec.match.source if rule.spec.match else None
    if source is None:
        return {}, ""
    host = host_of(source, rule.metadata.namespace, cluster_domain)
    known = services.get((host.namespace or DEFAULT_NAMESPACE, host.short))
    selector = known.spec.selector if known else {}
    return {**(selector or {"app": host.short}), **source.labels}, host.namespace


def match_problems(rule: RouteRule, services: Services, cluster_domain: str) -> Iterator[Problem]:
    """What about the conditions is a guess."""
    source: IstioService | None = rule.spec.match.source if rule.spec.match else None
    if source is None:
        return
    host = host_of(source, rule.metadata.namespace, cluster_domain)
    known = services.get((host.namespace or DEFAULT_NAMESPACE, host.short))
    if known is None or not known.spec.selector:
        message = f'clients are told by their labels today; the pods of {host.short} are taken for those with "app: '
        hint = f"give the Service {host.short} too, or add source.labels that its pods have"
        yield problem(rule, "spec.match.source", "BehaviorChanged", f'{message}{host.short}"', hint)


def _presence(match: StringMatch) -> StringMatch:
    """An empty text asked for a header's presence only."""
    return StringMatch() if match.exact == "" else match
