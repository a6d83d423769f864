"""DestinationPolicies, and the versions that RouteRules name, into DestinationRules."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lateen.api.connection_pool import ConnectionPoolSettings, HTTPSettings, TCPSettings
from lateen.api.destination_policy import DestinationPolicy, SimpleCircuitBreakerPolicy
from lateen.api.destination_rule import DestinationRule, DestinationRuleSpec, OutlierDetection, Subset, TrafficPolicy
from lateen.api.istio_service import IstioService
from lateen.api.load_balancer import LoadBalancerSettings
from lateen.api.meta import Resource
from lateen.api.problem import Problem, ResourceRef
from lateen.api.route_rule import RouteRule
from lateen.model.legacy.host import Host, host_of, resource_name, subset_name
from lateen.model.legacy.outcome import NETWORKING, metadata, problem
from lateen.model.legacy.route import versions


@dataclass(slots=True)
class _Gathered:
    """All that is said of one service; policies by the labels of their version."""

    host: Host
    labels: dict[str, Mapping[str, str]] = field(default_factory=dict)
    policies: dict[str, DestinationPolicy] = field(default_factory=dict)
    sources: dict[ResourceRef, Resource] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def destination_rules(
    rules: Iterable[RouteRule], policies: Iterable[DestinationPolicy], cluster_domain: str
) -> tuple[list[DestinationRule], list[Problem]]:
    """One rule for each service that has policies or versions, in the order in which they are named."""
    found: dict[str, _Gathered] = {}
    for policy in sorted(policies, key=lambda each: (each.metadata.namespace, each.metadata.name)):
        service = policy.spec.destination or IstioService()
        host = host_of(service, policy.metadata.namespace, cluster_domain)
        _add_policy(found.setdefault(host.full, _Gathered(host)), policy, service.labels)
    for rule in rules:
        for host, labels in versions(rule, cluster_domain):
            _add_version(found.setdefault(host.full, _Gathered(host)), rule, labels)
    gathered = list(found.values())
    return [_rule(each) for each in gathered], [each for part in gathered for each in _problems(part)]


def _add_policy(part: _Gathered, policy: DestinationPolicy, labels: Mapping[str, str]) -> None:
    name = subset_name(labels)
    first = part.policies.setdefault(name, policy)
    if first is not policy:
        message = f"{first.ref} is for the same destination and comes first; this policy has no effect"
        part.problems.append(problem(policy, "spec.destination", "Duplicate", message, "keep one of the two"))
        return
    part.sources.setdefault(policy.ref, policy)
    if labels:
        part.labels.setdefault(name, labels)


def _add_version(part: _Gathered, rule: RouteRule, labels: Mapping[str, str]) -> None:
    first = part.labels.setdefault(subset_name(labels), labels)
    part.sources.setdefault(rule.ref, rule)
    if first != labels:
        message = "labels that differ in . and - only can't be told apart; the first ones are used"
        part.problems.append(problem(rule, "spec.route", "Duplicate", message, "write a VirtualService instead"))


def _problems(part: _Gathered) -> Iterator[Problem]:
    yield from part.problems
    general = part.policies.get("")
    others = sorted(part.labels)
    if general is not None and others:
        message = f"subsets ({', '.join(others)}) take over what they don't set; in Istio 0.5 they did not"
        hint = "give the versions policies of their own if they are to differ"
        yield problem(general, "spec.destination", "BehaviorChanged", message, hint)


def _rule(part: _Gathered) -> DestinationRule:
    policies = {name: _traffic_policy(policy) for name, policy in part.policies.items()}
    subsets = (
        Subset(name=name, labels=dict(labels), traffic_policy=policies.get(name))
        for name, labels in part.labels.items()
    )
    return DestinationRule(
        api_version=NETWORKING,
        kind="DestinationRule",
        metadata=metadata(resource_name(part.host.short), part.host.namespace, *part.sources.values()),
        spec=DestinationRuleSpec(host=part.host.short, traffic_policy=policies.get(""), subsets=tuple(subsets)),
    )


def _traffic_policy(policy: DestinationPolicy) -> TrafficPolicy | None:
    """None for a policy that says nothing."""
    balancing, breaker = policy.spec.load_balancing, policy.spec.circuit_breaker
    simple = breaker.simple_cb if breaker else None
    found = TrafficPolicy(
        load_balancer=LoadBalancerSettings(simple=balancing.name) if balancing and balancing.name else None,
        connection_pool=_connection_pool(simple) if simple else None,
        outlier_detection=_outlier_detection(simple) if simple else None,
    )
    return found if found != TrafficPolicy() else None


def _connection_pool(breaker: SimpleCircuitBreakerPolicy) -> ConnectionPoolSettings:
    return ConnectionPoolSettings(
        tcp=TCPSettings(max_connections=breaker.max_connections) if breaker.max_connections else None,
        http=HTTPSettings(
            http1_max_pending_requests=breaker.http_max_pending_requests,
            http2_max_requests=breaker.http_max_requests,
            max_requests_per_connection=breaker.http_max_requests_per_connection,
            max_retries=breaker.http_max_retries,
        ),
    )


def _outlier_detection(breaker: SimpleCircuitBreakerPolicy) -> OutlierDetection:
    """Whoever set a breaker had this too, with the proxy's defaults."""
    return OutlierDetection(
        consecutive_5xx_errors=breaker.http_consecutive_errors or None,
        interval=breaker.http_detection_interval,
        base_ejection_time=breaker.sleep_window,
        max_ejection_percent=breaker.http_max_ejection_percent,
    )
