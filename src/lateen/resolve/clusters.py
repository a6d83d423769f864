"""Outbound clusters: one for each port of each service a client sees, and one more for each subset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lateen.api.destination_rule import TrafficPolicy
from lateen.api.problem import ResourceRef
from lateen.ir.cluster import Algorithm, Cluster, ClusterKind, LoadBalancer, UpstreamProtocol
from lateen.ir.names import BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER, Side, dns_cache_name, subset_key
from lateen.ir.origin import ConfigOrigin
from lateen.ir.secret import Secret
from lateen.model.service import Endpoint, Protocol, Resolution, Service, ServicePort
from lateen.model.settings import MeshSettings
from lateen.model.tls_secret import TlsSecret
from lateen.resolve.config_origin import config_origins
from lateen.resolve.endpoints import EndpointPlan, assignment_for
from lateen.resolve.host_rule import HostRule
from lateen.resolve.locality import Preference, preference_for
from lateen.resolve.place import Place
from lateen.resolve.policy_overlay import policy_for
from lateen.resolve.sds import Unusable
from lateen.resolve.traffic_policy import (
    circuit_breaker,
    connection_settings,
    load_balancer,
    outlier_detection,
    upstream_protocol,
)
from lateen.resolve.upstream_tls import PLAIN, StartedTls, upstream_tls

_PROVIDED = LoadBalancer(algorithm=Algorithm.CLUSTER_PROVIDED)
_WITHOUT_CHOICE = frozenset({ClusterKind.ORIGINAL_DST, ClusterKind.FORWARD_PROXY})

BY_NAME = frozenset({ClusterKind.STRICT_DNS, ClusterKind.LOGICAL_DNS})
"""Kinds whose endpoints are part of the cluster."""

_KINDS = {
    Resolution.STATIC: ClusterKind.EDS,
    Resolution.DNS: ClusterKind.STRICT_DNS,
    Resolution.DNS_ROUND_ROBIN: ClusterKind.LOGICAL_DNS,
    Resolution.DYNAMIC_DNS: ClusterKind.FORWARD_PROXY,
    Resolution.NONE: ClusterKind.ORIGINAL_DST,
}


@dataclass(frozen=True, slots=True)
class PortClusters:
    """The clusters of one service port, and how the endpoints of the EDS ones among them are chosen.

    `secrets` are those that the clusters name; `unusable` ones keep their clusters from having endpoints.
    """

    clusters: tuple[Cluster, ...]
    plans: tuple[EndpointPlan, ...]
    secrets: tuple[Secret, ...] = ()
    unusable: tuple[Unusable, ...] = ()


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom clusters are for, as far as it matters. `place` counts only where clusters look names up.

    `secrets` are those of the proxy's namespace that the service's rule names.
    """

    gateway: bool = False
    place: Place | None = None
    secrets: Mapping[str, TlsSecret] = field(default_factory=dict)


def cluster_kind(service: Service, *, gateway: bool) -> ClusterKind:
    """How the endpoints of a service are found (Istio's `convertResolution`).

    Clients of headless services choose a pod themselves. Gateways have no original destination to go on to.
    """
    kind = _KINDS[service.resolution]
    if kind is ClusterKind.ORIGINAL_DST and gateway:
        return ClusterKind.EDS
    if service.headless and kind is ClusterKind.EDS and not gateway:
        return ClusterKind.ORIGINAL_DST
    return kind


def is_routable(service: Service, port: ServicePort) -> bool:
    """Whether a port has clusters: aliases use their target's, and UDP does not pass through proxies.

    Of wildcards that proxies resolve themselves only what tells them the host: requests, and TLS handshakes.
    """
    if service.resolution is Resolution.DYNAMIC_DNS and not (port.protocol.is_http or port.protocol is Protocol.TLS):
        return False
    return service.resolution is not Resolution.ALIAS and port.protocol is not Protocol.UDP


def port_clusters(
    service: Service,
    port: ServicePort,
    rule: HostRule | None,
    settings: MeshSettings,
    kind: ClusterKind,
    endpoints: tuple[Endpoint, ...] = (),
    asker: Asker = Asker(),
) -> PortClusters:
    """The clusters of a port: the whole, then each subset. `endpoints` matter only to clusters that look names up."""
    clusters = []
    plans = []
    started = []
    named = () if kind is ClusterKind.FORWARD_PROXY or rule is None else rule.subsets
    for subset, labels in (("", {}), *((each.name, each.labels) for each in named)):
        policy = policy_for(rule, port.number, subset, settings.default_policy)
        preference = preference_for(policy, settings, service.traffic_distribution)
        plan = _plan(service, port, rule, kind, preference, subset, labels)
        balancer = load_balancer(policy, settings, service.traffic_distribution)
        tls = _tls(policy, service, port, rule, settings, asker)
        actual = ClusterKind.STATIC if tls.unusable else _actual(kind, balancer)
        clusters.append(
            Cluster(
                name=plan.cluster,
                kind=actual,
                load_balancer=_PROVIDED if actual in _WITHOUT_CHOICE else balancer,
                assignment=assignment_for(plan, endpoints, asker.place) if actual in BY_NAME else None,
                dns_refresh_ms=settings.dns_refresh_ms if actual in BY_NAME else None,
                dns_cache=dns_cache_name(service.hostname) if actual is ClusterKind.FORWARD_PROXY else "",
                original_dst_port=_another_port(service, port) if actual is ClusterKind.ORIGINAL_DST else None,
                tls=tls.tls,
                service=service.hostname,
                service_namespace=service.namespace,
                origins=_origins(rule) if rule else (),
                **_policy_fields(policy, port, settings, gateway=asker.gateway),
            )
        )
        started.append(tls)
        if actual is ClusterKind.EDS:
            plans.append(plan)
    return PortClusters(
        tuple(clusters),
        tuple(plans),
        tuple(dict.fromkeys(secret for tls in started for secret in tls.secrets)),
        tuple(dict.fromkeys(secret for tls in started for secret in tls.unusable)),
    )


def _plan(
    service: Service,
    port: ServicePort,
    rule: HostRule | None,
    kind: ClusterKind,
    preference: Preference | None,
    subset: str,
    labels: Mapping[str, str],
) -> EndpointPlan:
    return EndpointPlan(
        cluster=subset_key(Side.OUTBOUND, subset, service.hostname, port.number),
        labels=tuple(sorted(labels.items())),
        preference=preference,
        by_name=kind in BY_NAME,
        only_first=kind is ClusterKind.LOGICAL_DNS,
        subset=subset,
        declared_by=_declaring(rule, subset),
    )


def _actual(kind: ClusterKind, balancer: LoadBalancer) -> ClusterKind:
    passed_on = balancer.algorithm is Algorithm.CLUSTER_PROVIDED and kind is not ClusterKind.FORWARD_PROXY
    return ClusterKind.ORIGINAL_DST if passed_on else kind


def _tls(
    policy: TrafficPolicy | None,
    service: Service,
    port: ServicePort,
    rule: HostRule | None,
    settings: MeshSettings,
    asker: Asker,
) -> StartedTls:
    """Gateways get the Secrets of all rules, sidecars only those of rules that are for chosen workloads."""
    if rule is None or policy is None or policy.tls is None:
        return PLAIN
    protocol = upstream_protocol(port.protocol, policy.connection_pool, settings, gateway=asker.gateway)
    secrets = asker.secrets if asker.gateway or rule.for_chosen else None
    return upstream_tls(policy.tls, service, port, protocol, secrets, _origins(rule))


def _another_port(service: Service, port: ServicePort) -> int | None:
    """The port to connect to instead of the one dialled: `targetPort` of a ServiceEntry without resolution."""
    asked = service.resolution is Resolution.NONE and isinstance(port.target, int) and port.target != port.number
    return int(port.target) if asked else None


def _declaring(rule: HostRule | None, subset: str) -> ResourceRef | None:
    if rule is None or not subset:
        return None
    return next((each.ref for each in rule.sources if any(one.name == subset for one in each.spec.subsets)), None)


def _policy_fields(
    policy: TrafficPolicy | None, port: ServicePort, settings: MeshSettings, *, gateway: bool
) -> dict[str, Any]:
    """Any: the fields are of several types."""
    pool = policy.connection_pool if policy else None
    return {
        "protocol": upstream_protocol(port.protocol, pool, settings, gateway=gateway),
        "circuit_breaker": circuit_breaker(pool, policy.retry_budget if policy else None),
        "outlier_detection": outlier_detection(policy.outlier_detection) if policy else None,
        "proxy_protocol": policy.proxy_protocol.version if policy and policy.proxy_protocol else "",
        **connection_settings(pool, settings.connect_timeout_ms, settings.tcp_keepalive),
    }


def _origins(rule: HostRule) -> tuple[ConfigOrigin, ...]:
    return tuple(each for source in rule.sources for each in config_origins(source, "DestinationRule"))


def catch_all_clusters(settings: MeshSettings, *, gateway: bool) -> tuple[Cluster, ...]:
    """Where traffic goes that no service takes: nowhere, and (not on gateways) on to where the client dialled."""
    black_hole = Cluster(
        name=BLACK_HOLE_CLUSTER, kind=ClusterKind.STATIC, connect_timeout_ms=settings.connect_timeout_ms
    )
    pool = settings.default_policy.connection_pool if settings.default_policy else None
    passthrough = Cluster(
        name=PASSTHROUGH_CLUSTER,
        kind=ClusterKind.ORIGINAL_DST,
        protocol=UpstreamProtocol.DOWNSTREAM,
        load_balancer=_PROVIDED,
        circuit_breaker=circuit_breaker(pool, None),
        **connection_settings(pool, settings.connect_timeout_ms, settings.tcp_keepalive),
    )
    return (black_hole,) if gateway else (black_hole, passthrough)
