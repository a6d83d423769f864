"""The table of fields that are accepted but mean nothing yet. A line goes when its field gets a meaning."""

from collections.abc import Iterable
from typing import Final, NamedTuple


class NoEffect(NamedTuple):
    """A field of a kind, `[*]` standing for every entry of a list or map, and what its author should know.

    With `values` only these have no effect; `harmless` ones are what happens anyway, and worth no word.
    """

    kind: str
    path: str
    reason: str
    values: tuple[object, ...] = ()
    harmless: tuple[object, ...] = ()


_NOT_YET: Final = "accepted, but has no effect in this version"
_ONE_NODE: Final = "has no effect: there is one node, and every pod runs on it"
_IPV4: Final = "has no effect: the mesh's addresses are IPv4"
_WITHOUT_DEADLINE: Final = 2**31 - 1
_EMPTY: Final = "volumes of this kind are not supported: the container sees an empty folder"
_POLICIES: Final = ("spec.trafficPolicy", "spec.subsets[*].trafficPolicy")
_ALL_POLICIES: Final = (*_POLICIES, *(f"{policy}.portLevelSettings[*]" for policy in _POLICIES))
_POD_SPECS: Final = (("Pod", "spec"), ("Deployment", "spec.template.spec"))


def _each(
    kind: str,
    parents: Iterable[str],
    fields: Iterable[str],
    reason: str = _NOT_YET,
    harmless: tuple[object, ...] = (),
) -> tuple[NoEffect, ...]:
    return tuple(
        NoEffect(kind, f"{parent}.{field}", reason, harmless=harmless) for parent in parents for field in fields
    )


def _in_pods(fields: Iterable[str], reason: str = _NOT_YET, harmless: tuple[object, ...] = ()) -> tuple[NoEffect, ...]:
    return tuple(
        NoEffect(kind, f"{spec}.{field}", reason, harmless=harmless) for kind, spec in _POD_SPECS for field in fields
    )


def _in_containers(
    fields: Iterable[str], reason: str = _NOT_YET, harmless: tuple[object, ...] = ()
) -> tuple[NoEffect, ...]:
    every = [f"{name}[*].{field}" for name in ("containers", "initContainers") for field in fields]
    return _in_pods(every, reason, harmless)


_ROUTING: Final = (
    NoEffect("VirtualService", "spec.tcp[*].match[*].sourceSubnet", "Istio ignores this field too: remove it"),
    *(
        NoEffect(
            "DestinationRule",
            f"{policy}.tls.mode",
            "ISTIO_MUTUAL has no effect: workloads have no certificates yet, so requests are sent in plain text",
            ("ISTIO_MUTUAL",),
        )
        for policy in _ALL_POLICIES
    ),
    NoEffect(
        "Gateway",
        "spec.servers[*].tls.mode",
        "has no effect in this version: the server is not opened",
        ("ISTIO_MUTUAL",),
    ),
    NoEffect(
        "Gateway",
        "spec.servers[*].tls.tlsCertificates[*].caCertificates",
        "has no effect, as in Istio: clients are checked by the caCertificates beside tlsCertificates",
    ),
    NoEffect("Gateway", "spec.servers[*].defaultEndpoint", "Istio ignores this field too: remove it"),
)
_ENTRIES: Final = (
    NoEffect(
        "ServiceEntry",
        "spec.location",
        "MESH_INTERNAL is as MESH_EXTERNAL in this version: workloads have no certificates to know each other by",
        ("MESH_INTERNAL",),
    ),
    *_each(
        "ServiceEntry",
        ("spec.endpoints[*]",),
        ("network",),
        "has no effect but in failoverPriority: there is one network",
    ),
    *_each(
        "ServiceEntry",
        ("spec.endpoints[*]",),
        ("serviceAccount",),
        "has no effect in this version: workloads have no certificates that would show it",
    ),
)
_WHOLE_KINDS: Final = (
    NoEffect(
        "WorkloadEntry", "spec", "WorkloadEntry resources have no effect in this version: list ServiceEntry endpoints"
    ),
    NoEffect("WorkloadGroup", "spec", "WorkloadGroup resources have no effect in this version"),
)
_PODS: Final = (
    *_in_pods(("affinity", "nodeSelector", "tolerations", "topologySpreadConstraints"), _ONE_NODE),
    *_in_pods(("schedulerName",), _ONE_NODE, ("default-scheduler",)),
    *_in_pods(("priority", "priorityClassName"), _ONE_NODE),
    *_in_pods(("preemptionPolicy",), _ONE_NODE, ("PreemptLowerPriority",)),
    *_in_pods(
        ("hostNetwork",), "has no effect but that no sidecar is added: the pod gets an address of its own all the same"
    ),
    *_in_pods(("hostPID", "hostIPC", "shareProcessNamespace", "runtimeClassName")),
    *_in_pods(("hostUsers",), harmless=(True,)),
    *_in_pods(("os",), "has no effect: pods run on this machine's Linux", ({"name": "linux"},)),
    *_in_pods(
        [
            f"securityContext.{name}"
            for name in (
                "fsGroupChangePolicy",
                "supplementalGroupsPolicy",
                "seLinuxOptions",
                "seLinuxChangePolicy",
                "seccompProfile",
                "appArmorProfile",
                "windowsOptions",
            )
        ]
    ),
    *_in_pods(
        ("activeDeadlineSeconds", "ephemeralContainers", "schedulingGates", "resourceClaims", "overhead", "resources")
    ),
    *_in_pods(("automountServiceAccountToken",), "has no effect in this version: no token is mounted"),
    *_in_pods(("setHostnameAsFQDN", "hostnameOverride")),
    *_in_pods(
        [f"volumes[*].{name}" for name in ("persistentVolumeClaim", "ephemeral", "csi", "nfs", "iscsi", "fc", "image")],
        _EMPTY,
    ),
    *_in_pods(("volumes[*].emptyDir.medium", "volumes[*].emptyDir.sizeLimit"), "has no effect: the folder is on disk"),
    *_in_pods(
        [
            f"volumes[*].projected.sources[*].{name}"
            for name in ("serviceAccountToken", "clusterTrustBundle", "podCertificate")
        ],
        "has no effect in this version: the file is left out",
    ),
    *_in_containers(("volumeDevices", "resizePolicy", "resources.claims", "restartPolicyRules")),
    *_in_containers(("stdin", "stdinOnce", "tty")),
    *_in_containers(("terminationMessagePath",), harmless=("/dev/termination-log",)),
    *_in_containers(("terminationMessagePolicy",), harmless=("File",)),
    *_in_containers(("volumeMounts[*].mountPropagation",), harmless=("None",)),
    *_in_containers(("volumeMounts[*].recursiveReadOnly",), harmless=("Disabled",)),
    *_in_containers(
        [
            f"securityContext.{name}"
            for name in ("seLinuxOptions", "seccompProfile", "appArmorProfile", "windowsOptions")
        ]
    ),
    *_in_containers(("securityContext.procMount",), harmless=("Default",)),
    *_in_containers(
        ("ports[*].hostPort",), "has no effect: reach the pod by its address or through a service of type NodePort"
    ),
    *_in_containers([f"lifecycle.postStart.{name}" for name in ("httpGet", "tcpSocket", "sleep")]),
    *_in_containers(("lifecycle.preStop.tcpSocket", "lifecycle.stopSignal")),
    *_in_containers(("env[*].valueFrom.fileKeyRef",)),
)
_SERVICES: Final = (
    *_each(
        "Service",
        ("spec",),
        ("externalIPs", "loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges", "healthCheckNodePort"),
    ),
    *_each("Service", ("spec",), ("externalTrafficPolicy", "internalTrafficPolicy"), _ONE_NODE, ("Cluster",)),
    *_each("Service", ("spec",), ("ipFamilies",), _IPV4, (["IPv4"],)),
    *_each("Service", ("spec",), ("ipFamilyPolicy",), _IPV4, ("SingleStack",)),
    *_each("Service", ("spec",), ("allocateLoadBalancerNodePorts",), harmless=(True,)),
    *_each("Service", ("spec",), ("sessionAffinityConfig",)),
)
_DEPLOYMENTS: Final = (
    *_each("Deployment", ("spec",), ("paused", "minReadySeconds", "rollbackTo")),
    *_each("Deployment", ("spec",), ("progressDeadlineSeconds",), harmless=(600, _WITHOUT_DEADLINE)),
    *_each("Deployment", ("spec",), ("revisionHistoryLimit",), "has no effect: no history of rollouts is kept", (10,)),
    *_each("Deployment", ("spec.selector",), ("matchExpressions",), "has no effect: only matchLabels are looked at"),
)

_ACCOUNTS: Final = (
    NoEffect("ServiceAccount", "automountServiceAccountToken", "has no effect in this version: no token is mounted"),
)
_AS_BEFORE: Final = "has no effect, as in Istio 0.5: remove it"
_LEGACY: Final = (
    NoEffect("RouteRule", "spec.match.tcp", "has no effect, as in Istio 0.5: rules are for HTTP requests only"),
    NoEffect("RouteRule", "spec.route[*].destination.labels", "has no effect: write the labels beside destination"),
    NoEffect("RouteRule", "spec.websocketUpgrade", "proxies upgrade every route today", harmless=(True,)),
    *_each(
        "RouteRule",
        ("spec",),
        (
            "httpReqTimeout.custom",
            "httpReqTimeout.simpleTimeout.overrideHeaderName",
            "httpReqRetries.custom",
            "httpReqRetries.simpleRetry.overrideHeaderName",
            "httpFault.delay.overrideHeaderName",
            "httpFault.abort.overrideHeaderName",
            "httpFault.abort.http2Error",
        ),
        _AS_BEFORE,
    ),
    NoEffect("DestinationPolicy", "spec.source", "has no effect: the policy holds for every client"),
    *_each("DestinationPolicy", ("spec",), ("loadBalancing.custom", "circuitBreaker.custom", "custom"), _AS_BEFORE),
    *_each(
        "Ingress",
        ("spec.defaultBackend", "spec.backend", "spec.rules[*].http.paths[*].backend"),
        ("resource",),
        "has no effect: requests are sent to services only",
    ),
)

NO_EFFECTS: Final = (*_LEGACY, *_ROUTING, *_ENTRIES, *_WHOLE_KINDS, *_PODS, *_SERVICES, *_DEPLOYMENTS, *_ACCOUNTS)
