"""Istio's annotations: where they belong, and how settled they are. Source: `annotations.yaml` of Istio's API."""

from typing import Final

import msgspec


class Annotation(msgspec.Struct, frozen=True):
    """One annotation; `kinds` are the kinds it has an effect on, `Any` for all of them."""

    name: str
    kinds: tuple[str, ...] = ("Pod",)
    alpha: bool = True
    deprecated: bool = False


_ALL: Final[tuple[Annotation, ...]] = (
    Annotation("alpha.istio.io/canonical-serviceaccounts", ("Service",), deprecated=True),
    Annotation("alpha.istio.io/kubernetes-serviceaccounts", ("Service",), deprecated=True),
    Annotation("ambient.istio.io/bypass-inbound-capture"),
    Annotation("ambient.istio.io/dns-capture"),
    Annotation("ambient.istio.io/redirection", alpha=False),
    Annotation("ambient.istio.io/waypoint-inbound-binding", ("GatewayClass", "Gateway")),
    Annotation("galley.istio.io/analyze-suppress", ("Any",)),
    Annotation("gateway.istio.io/controller-version", ("Any",)),
    Annotation("gateway.istio.io/name-override", ("Gateway",)),
    Annotation("gateway.istio.io/service-account", ("Gateway",)),
    Annotation("inject.istio.io/templates"),
    Annotation("istio.io/autoRegistrationGroup", ("WorkloadEntry",)),
    Annotation("istio.io/connectedAt", ("WorkloadEntry",)),
    Annotation("istio.io/disconnectedAt", ("WorkloadEntry",)),
    Annotation("istio.io/dry-run", ("AuthorizationPolicy",)),
    Annotation("istio.io/reroute-virtual-interfaces"),
    Annotation("istio.io/rev"),
    Annotation("istio.io/use-waypoint-canary-weight", ("Service", "ServiceEntry", "Namespace")),
    Annotation("istio.io/workloadController", ("WorkloadEntry",)),
    Annotation("kubernetes.io/ingress.class", ("Ingress",), alpha=False),
    Annotation("networking.istio.io/exportTo", ("Service",)),
    Annotation("networking.istio.io/service-type", ("Gateway",)),
    Annotation("networking.istio.io/traffic-distribution", ("Namespace", "Service", "ServiceEntry")),
    Annotation("prometheus.istio.io/merge-metrics"),
    Annotation("proxy.istio.io/config", alpha=False),
    Annotation("proxy.istio.io/overrides"),
    Annotation("readiness.status.sidecar.istio.io/applicationPorts"),
    Annotation("readiness.status.sidecar.istio.io/failureThreshold"),
    Annotation("readiness.status.sidecar.istio.io/initialDelaySeconds"),
    Annotation("readiness.status.sidecar.istio.io/periodSeconds"),
    Annotation("sidecar.istio.io/agentLogLevel"),
    Annotation("sidecar.istio.io/bootstrapOverride"),
    Annotation("sidecar.istio.io/componentLogLevel"),
    Annotation("sidecar.istio.io/discoveryAddress", deprecated=True),
    Annotation("sidecar.istio.io/extraStatTags", deprecated=True),
    Annotation("sidecar.istio.io/inject", alpha=False, deprecated=True),
    Annotation("sidecar.istio.io/interceptionMode"),
    Annotation("sidecar.istio.io/logLevel"),
    Annotation("sidecar.istio.io/nativeSidecar"),
    Annotation("sidecar.istio.io/proxyCPU"),
    Annotation("sidecar.istio.io/proxyCPULimit"),
    Annotation("sidecar.istio.io/proxyImage"),
    Annotation("sidecar.istio.io/proxyImageType"),
    Annotation("sidecar.istio.io/proxyMemory"),
    Annotation("sidecar.istio.io/proxyMemoryLimit"),
    Annotation("sidecar.istio.io/rewriteAppHTTPProbers"),
    Annotation("sidecar.istio.io/statsCompression", deprecated=True),
    Annotation("sidecar.istio.io/statsEvictionInterval"),
    Annotation("sidecar.istio.io/statsFlushInterval"),
    Annotation("sidecar.istio.io/statsHistogramBins"),
    Annotation("sidecar.istio.io/statsHistogramBuckets"),
    Annotation("sidecar.istio.io/statsInclusionPrefixes", deprecated=True),
    Annotation("sidecar.istio.io/statsInclusionRegexps", deprecated=True),
    Annotation("sidecar.istio.io/statsInclusionSuffixes", deprecated=True),
    Annotation("sidecar.istio.io/status"),
    Annotation("sidecar.istio.io/userVolume"),
    Annotation("sidecar.istio.io/userVolumeMount"),
    Annotation("status.sidecar.istio.io/port"),
    Annotation("topology.istio.io/controlPlaneClusters", ("Namespace",)),
    Annotation("traffic.istio.io/nodeSelector", ("Service",), alpha=False),
    Annotation("traffic.sidecar.istio.io/excludeInboundPorts"),
    Annotation("traffic.sidecar.istio.io/excludeInterfaces"),
    Annotation("traffic.sidecar.istio.io/excludeOutboundIPRanges"),
    Annotation("traffic.sidecar.istio.io/excludeOutboundPorts"),
    Annotation("traffic.sidecar.istio.io/includeInboundPorts"),
    Annotation("traffic.sidecar.istio.io/includeOutboundIPRanges"),
    Annotation("traffic.sidecar.istio.io/includeOutboundPorts"),
    Annotation("traffic.sidecar.istio.io/kubevirtInterfaces", deprecated=True),
)

ANNOTATIONS: Final = {each.name: each for each in _ALL}
"""By name."""

WRITTEN_BY_ISTIO: Final = frozenset({"sidecar.istio.io/status", "gateway.istio.io/controller-version", "istio.io/rev"})
"""Not the user's doing, so never the user's mistake."""

WRITTEN_BY_CNI: Final = frozenset(
    {
        "sidecar.istio.io/interceptionMode",
        "traffic.sidecar.istio.io/includeInboundPorts",
        "traffic.sidecar.istio.io/excludeInboundPorts",
        "traffic.sidecar.istio.io/includeOutboundIPRanges",
    }
)
"""Written where traffic is captured without an init container."""


def is_istio(name: str) -> bool:
    """Whether an annotation is Istio's, or one that Istio documents."""
    return name == "kubernetes.io/ingress.class" or ("/" in name and name.partition("/")[0].endswith("istio.io"))
