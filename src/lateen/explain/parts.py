"""The parts of an answer, read from Envoy's messages and from what the simulation found."""

from collections.abc import Mapping

import msgspec
from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.listener.v3.listener_components_pb2 import FilterChain
from envoy.config.route.v3.route_components_pb2 import RetryPolicy, Route
from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import CommonTlsContext

from lateen.explain.result import (
    Abort,
    ClientTls,
    ClusterShare,
    Delay,
    DelegateView,
    EndpointView,
    Fault,
    Headers,
    MirrorShare,
    Request,
    Response,
    Retries,
    RouteView,
    Sticky,
    Tls,
    UpstreamTls,
)
from lateen.explain.scenario import Scenario
from lateen.explain.sources import Place, config_ref, place_of, short_name
from lateen.explain.times import duration_text, time_text
from lateen.ir.names import parse_subset_key
from lateen.model.workload import Workload
from lateen.simulation.call import Call
from lateen.simulation.downstream_tls import downstream_tls
from lateen.simulation.endpoints import all_endpoints
from lateen.simulation.headers import plain, request_headers
from lateen.simulation.outcome import Faults, Outcome, Target
from lateen.simulation.routing import config_of
from lateen.simulation.upstream_tls import takes_hosts_name, upstream_tls
from lateen.translate.resources import Resources

Workloads = Mapping[str, Workload]
"""By address."""

VERSION = "version"
"""The label that tells a service's deployments apart."""


def cluster_shares(resources: Resources, outcome: Outcome, call: Call, *, http: bool) -> tuple[ClusterShare, ...]:
    """Where requests go: first the place that this one goes to, where that is certain, then by share. A place that is
    named twice is shown once, unless the requests differ; these are given where any do.
    """
    shares: dict[tuple[str, bytes], float] = {}
    requests: dict[tuple[str, bytes], Request | None] = {}
    for target in outcome.targets:
        request = request_of(call, target) if http else None
        key = (target.cluster, msgspec.json.encode(request))
        shares[key] = shares.get(key, 0.0) + target.share
        requests[key] = request
    differ = len({text for _, text in shares}) > 1
    found = [_share(resources, key[0], share, requests[key] if differ else None) for key, share in shares.items()]
    certain = outcome.sticky.cluster if outcome.sticky else ""
    return tuple(sorted(found, key=lambda each: (each.name != certain, -each.share)))


def _share(resources: Resources, name: str, share: float, request: Request | None) -> ClusterShare:
    key = parse_subset_key(name)
    cluster = resources.clusters.get(name)
    ref = config_ref(config_of(cluster.metadata)) if cluster is not None else None
    return ClusterShare(
        name=name,
        share=round(share, 6),
        service=key.hostname or None if key else None,
        subset=key.subset or None if key else None,
        port=key.port if key else None,
        destination_rule=short_name(ref) if ref and ref.kind == "DestinationRule" else None,
        request=request,
    )


def request_of(call: Call, target: Target) -> Request:
    """The request as it leaves for a target."""
    before, after = plain(request_headers(call)), target.headers
    changed = {name: value for name, value in sorted(after.items()) if before.get(name) != value}
    removed = tuple(sorted(name for name in before if name not in after))
    return Request(
        method=call.method, authority=target.host, path=target.path, headers=Headers(set=changed, removed=removed)
    )


def response_of(route: Route, target: Target) -> Response:
    """What is done to the answer."""
    return Response(headers=Headers(set=target.response_headers, removed=tuple(route.response_headers_to_remove)))


def mirror_shares(outcome: Outcome) -> tuple[MirrorShare, ...]:
    """Who gets copies."""
    return tuple(MirrorShare(cluster=cluster, share=share) for cluster, share in outcome.mirrors)


def endpoint_views(
    resources: Resources, clusters: tuple[ClusterShare, ...], call: Call, workloads: Workloads
) -> tuple[EndpointView, ...]:
    """The endpoints of all clusters, in the clusters' order."""
    return tuple(
        EndpointView(
            cluster=name,
            address=each.address,
            port=each.port,
            weight=each.weight,
            priority=each.priority,
            locality=each.locality,
            healthy=each.healthy,
            workload=each.workload.partition(";")[0] or (owner.deployment if owner else None) or None,
            pod=owner.name if owner else None,
            version=owner.labels.get(VERSION) if owner else None,
            locality_weight=each.locality_weight,
        )
        for name in dict.fromkeys(cluster.name for cluster in clusters)
        for each in all_endpoints(resources, name, call)
        for owner in [workloads.get(each.address)]
    )


def route_view(scenario: Scenario, outcome: Outcome) -> RouteView | None:
    """The route for the answer; None where the call was no request and no rule had a part in it."""
    ref = config_ref(outcome.config)
    rule = rule_number(outcome.rule)
    is_rule = ref is not None and ref.kind == "VirtualService"
    if not outcome.route_config and not is_rule:
        return None
    place = place_of(scenario.documents, ref, outcome.rule) if is_rule else Place()
    return RouteView(
        name=outcome.route or None,
        config=outcome.route_config or None,
        virtual_host=outcome.virtual_host or None,
        virtual_service=short_name(ref) if ref and is_rule else None,
        part=(outcome.rule.partition("[")[0] or None) if is_rule else None,
        rule=rule if is_rule else None,
        file=place.file,
        line=place.line,
        delegate=_delegate_view(scenario, outcome),
    )


def _delegate_view(scenario: Scenario, outcome: Outcome) -> DelegateView | None:
    ref, number = config_ref(outcome.delegate), rule_number(outcome.delegate_rule)
    if ref is None or number is None:
        return None
    place = place_of(scenario.documents, ref, outcome.delegate_rule)
    return DelegateView(virtual_service=short_name(ref), rule=number, file=place.file, line=place.line)


def rule_number(rule: str) -> int | None:
    """The number in `http[2]`."""
    digits = rule.partition("[")[2].rstrip("]")
    return int(digits) if digits.isdigit() else None


def sticky_of(outcome: Outcome) -> Sticky | None:
    """What decides between several clusters, None where it is chance."""
    sticky = outcome.sticky
    return Sticky(by=sticky.by, cluster=sticky.cluster or None) if sticky is not None else None


def timeout_of(outcome: Outcome) -> str | None:
    """The route's timeout, None where it waits for ever."""
    return time_text(outcome.timeout_ms) if outcome.timeout_ms else None


def retries_of(route: Route) -> Retries | None:
    """How failed requests are tried again, None where they are not."""
    policy = route.route.retry_policy
    if not route.route.HasField("retry_policy") or not policy.num_retries.value:
        return None
    return Retries(
        attempts=policy.num_retries.value,
        retry_on=tuple(word for word in policy.retry_on.split(",") if word),
        status_codes=tuple(policy.retriable_status_codes),
        per_try_timeout=_per_try(policy),
    )


def _per_try(policy: RetryPolicy) -> str | None:
    return duration_text(policy.per_try_timeout) if policy.HasField("per_try_timeout") else None


def fault_of(outcome: Outcome) -> Fault | None:
    """Faults put in by the route."""
    faults = outcome.faults
    if faults is None:
        return None
    delay = Delay(duration=time_text(faults.delay_ms), share=faults.delay_share) if faults.delay_share else None
    abort = _abort(faults) if faults.abort_share else None
    return Fault(delay=delay, abort=abort) if delay or abort else None


def _abort(faults: Faults) -> Abort:
    grpc = faults.abort_grpc_status
    return Abort(share=faults.abort_share, status=faults.abort_status if grpc is None else None, grpc_status=grpc)


def tls_of(cluster: Cluster | None, chain: FilterChain | None, call: Call, host: str = "") -> Tls:
    """TLS on both sides; `cluster` is the one whose endpoints matter most, `host` what requests to it are for."""
    settings = upstream_tls(cluster) if cluster is not None else None
    client = _client_tls(chain, call)
    if cluster is None or settings is None:
        return Tls(client=client)
    named, checked = takes_hosts_name(cluster)
    name = host.rpartition(":")[0] or host if named else ""
    common = settings.common_tls_context
    validation = common.combined_validation_context.default_validation_context
    matchers = [*validation.match_typed_subject_alt_names, *common.validation_context.match_typed_subject_alt_names]
    names = [each.matcher.exact or each.matcher.prefix for each in matchers]
    return Tls(
        client=client,
        upstream=_upstream_mode(common),
        sni=name or settings.sni or None,
        alpn=tuple(common.alpn_protocols),
        subject_alt_names=tuple(dict.fromkeys([*names, name] if checked and name else names)),
    )


def _upstream_mode(common: CommonTlsContext) -> UpstreamTls:
    if any(protocol.startswith("istio") for protocol in common.alpn_protocols):
        return UpstreamTls.ISTIO_MUTUAL
    with_certificate = common.tls_certificates or common.tls_certificate_sds_secret_configs
    return UpstreamTls.MUTUAL if with_certificate else UpstreamTls.SIMPLE


def _client_tls(chain: FilterChain | None, call: Call) -> ClientTls:
    if not call.protocol.encrypted or chain is None:
        return ClientTls.NONE
    return ClientTls.TERMINATED if downstream_tls(chain) is not None else ClientTls.PASSED_THROUGH
