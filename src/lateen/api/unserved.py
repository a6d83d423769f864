"""Kinds that Istio's users have in their folders, and that this version does not serve: they are told so.

Those of Kubernetes that run something (StatefulSet, Job) are not among them: without these, something is missing.
"""

from dataclasses import dataclass
from typing import Final

from lateen.api.authorization_policy import AuthorizationPolicy
from lateen.api.envoy_filter import EnvoyFilter
from lateen.api.gateway_api import GATEWAY_ID, GROUP, KubernetesGateway, Route
from lateen.api.meta import JsonObject, Resource
from lateen.api.proxy_config import ProxyConfig
from lateen.api.request_authentication import RequestAuthentication
from lateen.api.telemetry import Telemetry
from lateen.api.wasm_plugin import WasmPlugin


@dataclass(frozen=True, slots=True)
class UnservedKind:
    """A kind by its group, in any version. `struct` holds what analyzers read of it; `is_retired`: Istio has given it
    up."""

    group: str
    kind: str
    struct: type[Resource] = Resource
    id: str = ""
    namespaced: bool = True
    is_retired: bool = False


def _kinds(group: str, *kinds: str, namespaced: bool = True, is_retired: bool = False) -> tuple[UnservedKind, ...]:
    return tuple(UnservedKind(group, kind, namespaced=namespaced, is_retired=is_retired) for kind in kinds)


MIXER_GROUP: Final = "config.istio.io"
_MIXER: Final = UnservedKind(MIXER_GROUP, "", is_retired=True)

UNSERVED: Final[tuple[UnservedKind, ...]] = (
    UnservedKind("networking.istio.io", "EnvoyFilter", EnvoyFilter),
    UnservedKind("networking.istio.io", "ProxyConfig", ProxyConfig),
    UnservedKind("security.istio.io", "AuthorizationPolicy", AuthorizationPolicy),
    UnservedKind("security.istio.io", "RequestAuthentication", RequestAuthentication),
    UnservedKind("security.istio.io", "PeerAuthentication"),
    UnservedKind("telemetry.istio.io", "Telemetry", Telemetry),
    UnservedKind("extensions.istio.io", "WasmPlugin", WasmPlugin),
    UnservedKind("extensions.istio.io", "TrafficExtension"),
    UnservedKind("install.istio.io", "IstioOperator"),
    UnservedKind(GROUP, "Gateway", KubernetesGateway, GATEWAY_ID),
    UnservedKind(GROUP, "HTTPRoute", Route),
    UnservedKind(GROUP, "GRPCRoute", Route),
    *_kinds(GROUP, "TCPRoute", "TLSRoute", "UDPRoute", "ReferenceGrant", "BackendTLSPolicy", "ListenerSet"),
    *_kinds(GROUP, "GatewayClass", namespaced=False),
    *_kinds("rbac.authorization.k8s.io", "Role", "RoleBinding"),
    *_kinds("rbac.authorization.k8s.io", "ClusterRole", "ClusterRoleBinding", namespaced=False),
    *_kinds("apiextensions.k8s.io", "CustomResourceDefinition", namespaced=False),
    *_kinds(
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        namespaced=False,
    ),
    *_kinds("autoscaling", "HorizontalPodAutoscaler"),
    *_kinds("policy", "PodDisruptionBudget"),
    *_kinds("networking.k8s.io", "NetworkPolicy"),
    *_kinds("authentication.istio.io", "Policy", is_retired=True),
    *_kinds("authentication.istio.io", "MeshPolicy", namespaced=False, is_retired=True),
    *_kinds("rbac.istio.io", "RbacConfig", "ServiceRole", "ServiceRoleBinding", is_retired=True),
    *_kinds("rbac.istio.io", "ClusterRbacConfig", namespaced=False, is_retired=True),
    *_kinds(MIXER_GROUP, "HTTPAPISpec", "HTTPAPISpecBinding", "QuotaSpec", "QuotaSpecBinding", is_retired=True),
)

_BY_NAME: Final = {(each.group, each.kind): each for each in UNSERVED}


def unserved_kind(body: JsonObject) -> UnservedKind | None:
    """The line of this table that a document's `apiVersion` and `kind` name."""
    version, kind = body.get("apiVersion"), body.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return None
    group = version.rpartition("/")[0]
    # Of Mixer's kinds, which had adapters without end, each begins with a small letter.
    return _MIXER if group == MIXER_GROUP and kind[:1].islower() else _BY_NAME.get((group, kind))


def is_istios(body: JsonObject) -> bool:
    """Whether a document's `apiVersion` is of a group of Istio's, whatever its kind."""
    return str(body.get("apiVersion", "")).partition("/")[0].endswith(".istio.io")
