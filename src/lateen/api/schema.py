"""The one table of kinds, and the way from documents to structs and back."""

from typing import Any, Final, TypeVar

import msgspec

from lateen.api.column import AGE, NAME, Column
from lateen.api.columns import COLUMNS
from lateen.api.config_map import ConfigMap
from lateen.api.deployment import Deployment
from lateen.api.destination_policy import DestinationPolicy
from lateen.api.destination_rule import DestinationRule
from lateen.api.duration import decode_duration
from lateen.api.egress_rule import EgressRule
from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.endpoints import Endpoints
from lateen.api.event import Event
from lateen.api.gateway import Gateway
from lateen.api.ingress import Ingress
from lateen.api.ingress_class import IngressClass
from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject, Resource
from lateen.api.namespace import Namespace
from lateen.api.node import Node
from lateen.api.pod import Pod
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.route_rule import RouteRule
from lateen.api.rule_columns import RULE_COLUMNS
from lateen.api.secret import Secret
from lateen.api.service import Service
from lateen.api.service_account import ServiceAccount
from lateen.api.service_entry import ServiceEntry
from lateen.api.sidecar import Sidecar
from lateen.api.unserved import unserved_kind
from lateen.api.virtual_service import VirtualService
from lateen.api.workload_entry import WorkloadEntry
from lateen.api.workload_group import WorkloadGroup

R = TypeVar("R", bound=Resource)


def _core(struct: type[Resource], plural: str, *short_names: str, **options: Any) -> KindInfo:  # Any: KindInfo's fields
    kind = struct.__name__
    defaults: dict[str, Any] = {"group": "", "versions": ("v1",), "singular": kind.lower(), "short_names": short_names}
    defaults["columns"] = COLUMNS.get(kind, (NAME, AGE))
    return KindInfo(id=kind, kind=kind, plural=plural, struct=struct, **{**defaults, **options})


def _rule_columns(struct: type[Resource]) -> tuple[Column, ...]:
    return (*COLUMNS.get(struct.__name__, (NAME, AGE)), *RULE_COLUMNS)


def _networking(struct: type[Resource], plural: str, *short_names: str) -> KindInfo:
    return _core(
        struct,
        plural,
        *short_names,
        group="networking.istio.io",
        versions=("v1", "v1beta1", "v1alpha3"),
        categories=("istio-io", "networking-istio-io"),
        columns=_rule_columns(struct),
        status_subresource=True,
    )


def _legacy(struct: type[Resource], plural: str) -> KindInfo:
    return _core(
        struct,
        plural,
        group="config.istio.io",
        versions=("v1alpha2",),
        categories=("istio-io",),
        columns=_rule_columns(struct),
        status_subresource=True,
    )


KINDS: Final[tuple[KindInfo, ...]] = (
    _core(Namespace, "namespaces", "ns", namespaced=False, status_subresource=True),
    _core(Node, "nodes", "no", namespaced=False, status_subresource=True),
    _core(ServiceAccount, "serviceaccounts", "sa"),
    _core(ConfigMap, "configmaps", "cm"),
    _core(Secret, "secrets"),
    _core(Service, "services", "svc", categories=("all",), status_subresource=True),
    _core(Pod, "pods", "po", categories=("all",), status_subresource=True),
    _core(
        Deployment,
        "deployments",
        "deploy",
        group="apps",
        versions=("v1", "v1beta2", "v1beta1"),
        elders=(("extensions", "v1beta1"),),
        categories=("all",),
        status_subresource=True,
    ),
    _core(Endpoints, "endpoints", "ep"),
    _core(EndpointSlice, "endpointslices", group="discovery.k8s.io"),
    _core(Event, "events", "ev"),
    _networking(VirtualService, "virtualservices", "vs"),
    _networking(DestinationRule, "destinationrules", "dr"),
    _networking(Gateway, "gateways", "gw"),
    _networking(ServiceEntry, "serviceentries", "se"),
    _networking(WorkloadEntry, "workloadentries", "we"),
    _networking(WorkloadGroup, "workloadgroups", "wg"),
    _networking(Sidecar, "sidecars"),
    _legacy(RouteRule, "routerules"),
    _legacy(DestinationPolicy, "destinationpolicies"),
    _legacy(EgressRule, "egressrules"),
    _core(
        Ingress,
        "ingresses",
        "ing",
        group="networking.k8s.io",
        versions=("v1", "v1beta1"),
        elders=(("extensions", "v1beta1"),),
        categories=("istio-io",),
        status_subresource=True,
    ),
    _core(IngressClass, "ingressclasses", group="networking.k8s.io", versions=("v1", "v1beta1"), namespaced=False),
)

_BY_ID: Final = {info.id: info for info in KINDS}
_BY_PATH: Final = {(*pair, info.plural): info for info in KINDS for pair in info.group_versions}
_BY_TYPE: Final = {(version, info.kind): info for info in KINDS for version in info.api_versions}
_BY_WORD: Final = {
    word.lower(): info
    for info in reversed(KINDS)
    for word in (info.kind, info.plural, info.singular, *info.short_names, info.id)
}


def kind_info(id: str) -> KindInfo:
    """The kind named `id`. Raises KeyError for another word: ids come from this table."""
    return _BY_ID[id]


def find_kind(word: str) -> KindInfo | None:
    """The kind a user means: kind, plural, singular or short name, perhaps with `.group` or `.version.group`."""
    name, _, rest = word.lower().partition(".")
    info = _BY_WORD.get(name)
    if info is None or not rest:
        return info
    matches = {group for group, _ in info.group_versions} | {f"{v}.{group}" for group, v in info.group_versions}
    return info if rest in matches else None


def by_path(group: str, version: str, plural: str) -> KindInfo | None:
    """The kind at `/apis/<group>/<version>/…/<plural>`; the core group is ""."""
    return _BY_PATH.get((group, version, plural))


def info_of(body: JsonObject) -> KindInfo | None:
    """The kind a document's `apiVersion` and `kind` name."""
    version, kind = body.get("apiVersion"), body.get("kind")
    return _BY_TYPE.get((version, kind)) if isinstance(version, str) and isinstance(kind, str) else None


def id_of(body: JsonObject) -> str | None:
    """The id of the kind a document names."""
    info = info_of(body)
    return info.id if info else None


def ref_of(body: JsonObject) -> ResourceRef:
    """The resource a document names, as far as it does so; kinds out of the table keep their own word."""
    metadata = body.get("metadata")
    name, namespace = (metadata.get("name"), metadata.get("namespace")) if isinstance(metadata, dict) else ("", "")
    kind = id_of(body) or _unserved_id(body) or body.get("kind")
    return ResourceRef(*(word if isinstance(word, str) else "" for word in (kind, namespace, name)))


def _unserved_id(body: JsonObject) -> str:
    unserved = unserved_kind(body)
    return unserved.id if unserved else ""


def decode(body: JsonObject) -> tuple[Resource | None, list[Problem]]:
    """The struct of a document. Nulls count as absent, unknown fields are ignored (`validation` reports them).

    Only the first mistake is returned: `lateen.validation.validate` finds them all.
    """
    info = info_of(body)
    if info is None:
        message = f'there is no kind "{body.get("kind")}" in "{body.get("apiVersion")}"'
        return None, [Problem(ref_of(body), "kind", "UnknownKind", Severity.ERROR, message)]
    return read_as(info.struct, body)


def read_as(struct: type[R], body: JsonObject) -> tuple[R | None, list[Problem]]:
    """A document as one of `struct`, or the first mistake."""
    try:
        return _convert(body, struct), []
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        where = path.removeprefix("$").removeprefix(".").removesuffix("`")
        return None, [Problem(ref_of(body), where, "WrongType", Severity.ERROR, message)]


def encode(resource: Resource) -> JsonObject:
    """The document of a struct; fields that have their default are left out."""
    document: JsonObject = msgspec.to_builtins(resource, enc_hook=str)
    return document


def normalized(value: Any) -> Any:  # JSON
    """The same document without the fields that are null, which Kubernetes takes for absent, and with whole numbers
    as integers: JSON has one kind of number."""
    if isinstance(value, dict):
        return {key: normalized(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [normalized(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _convert(body: JsonObject, struct: type[R]) -> R:
    try:
        return msgspec.convert(body, struct, dec_hook=decode_duration)
    except msgspec.ValidationError:
        return msgspec.convert(normalized(body), struct, dec_hook=decode_duration)
