"""The table of messages. Codes, names and levels are those of Istio's analysis messages; the words are ours."""

from collections.abc import Iterable
from typing import Final

import msgspec

from lateen.api.problem import Problem, ResourceRef, Severity

_DOCUMENTATION: Final = "https://istio.io/latest/docs/reference/config/analysis"


class MessageType(msgspec.Struct, frozen=True):
    """One kind of finding; `template` has the names of its facts in braces."""

    code: str
    name: str
    severity: Severity
    template: str

    def at(self, resource: ResourceRef, path: str, *, hint: str = "", **facts: object) -> Problem:
        """This finding about `path` of `resource`. Raises KeyError when a fact of the template is missing."""
        return Problem(resource, path, self.code, self.severity, self.template.format(**facts), hint)

    def among(self, resource: ResourceRef, path: str, *, in_force: bool, **facts: str) -> Problem:
        """This conflict, told to one of those that have it: no more than a warning to the one that is in force."""
        found = self.at(resource, path, **facts)
        return msgspec.structs.replace(found, severity=Severity.WARNING) if in_force else found

    @property
    def documentation(self) -> str:
        """Where Istio explains the code."""
        return f"{_DOCUMENTATION}/{self.code.lower()}/"


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

DEPRECATED: Final = MessageType("IST0002", "Deprecated", _WARNING, "Deprecated: {detail}")
NOT_FOUND: Final = MessageType("IST0101", "ReferencedResourceNotFound", _ERROR, 'Referenced {what} not found: "{name}"')
NOT_INJECTED: Final = MessageType(
    "IST0102",
    "NamespaceNotInjected",
    _INFO,
    "Pods of this namespace get no sidecar. Enable them with `lateen label namespace {namespace} "
    "istio-injection=enabled`, or say that none are wanted with `istio-injection=disabled`.",
)
MISSING_PROXY: Final = MessageType(
    "IST0103",
    "PodMissingProxy",
    _WARNING,
    "The pod {pod} has no Istio proxy although its namespace asks for one: restart its workload.",
)
SCHEMA_ERROR: Final = MessageType("IST0106", "SchemaValidationError", _ERROR, "Schema validation error: {detail}")
MISPLACED_ANNOTATION: Final = MessageType(
    "IST0107", "MisplacedAnnotation", _WARNING, "Misplaced annotation: {annotation} belongs on {kinds}"
)
UNKNOWN_ANNOTATION: Final = MessageType("IST0108", "UnknownAnnotation", _WARNING, "Unknown annotation: {annotation}")
MESH_HOST_CONFLICT: Final = MessageType(
    "IST0109",
    "ConflictingMeshGatewayVirtualServiceHosts",
    _ERROR,
    "The VirtualServices {names} of the mesh gateway all define the host {host}; {first} is in force for it. Merge "
    "them into one.",
)
SIDECAR_CONFLICT: Final = MessageType(
    "IST0110",
    "ConflictingSidecarWorkloadSelectors",
    _ERROR,
    'The Sidecars {names} of namespace "{namespace}" all select the workload "{workload}"; the oldest, {first}, is in '
    "force for it.",
)
DEFAULT_SIDECAR_CONFLICT: Final = MessageType(
    "IST0111",
    "MultipleSidecarsWithoutWorkloadSelectors",
    _ERROR,
    'The Sidecars {names} of namespace "{namespace}" have no workload selector; the oldest, {first}, is in force.',
)
PORT_REQUIRED: Final = MessageType(
    "IST0112",
    "VirtualServiceDestinationPortSelectorRequired",
    _ERROR,
    'The route leads to "{host}", which has the ports {ports}: the destination must say which one.',
)
PROTOCOL_CONFLICT: Final = MessageType(
    "IST0116",
    "DeploymentAssociatedToMultipleServices",
    _WARNING,
    "The deployment {deployment} belongs to several services that use port {port} with different protocols: {services}",
)
PORT_NAME: Final = MessageType(
    "IST0118",
    "PortNameIsNotUnderNamingConvention",
    _INFO,
    'The port name "{name}" (port: {port}, targetPort: {target}) names no protocol, so the protocol is detected.',
)
INJECTION_LABELS: Final = MessageType(
    "IST0123",
    "NamespaceMultipleInjectionLabels",
    _WARNING,
    "The namespace has several injection labels ({labels}); which one decides is not defined. Keep one.",
)
INVALID_ANNOTATION: Final = MessageType(
    "IST0125", "InvalidAnnotation", _WARNING, "Invalid annotation {annotation}: {detail}"
)
NO_WORKLOAD: Final = MessageType(
    "IST0127",
    "NoMatchingWorkloadsFound",
    _WARNING,
    "No workload of the mesh has the labels of this policy: {labels}.",
)
UNVERIFIED_HOST: Final = MessageType(
    "IST0128",
    "NoServerCertificateVerificationDestinationLevel",
    _WARNING,
    "DestinationRule {rule} in namespace {namespace} has TLS mode {mode} without caCertificates: the identity of host "
    "{host} is not verified.",
)
UNVERIFIED_PORT: Final = MessageType(
    "IST0129",
    "NoServerCertificateVerificationPortLevel",
    _WARNING,
    "DestinationRule {rule} in namespace {namespace} has TLS mode {mode} without caCertificates: the identity of host "
    "{host} is not verified at port {port}.",
)
UNREACHABLE_RULE: Final = MessageType(
    "IST0130", "VirtualServiceUnreachableRule", _WARNING, "VirtualService rule {detail}"
)
INEFFECTIVE_MATCH: Final = MessageType(
    "IST0131", "VirtualServiceIneffectiveMatch", _INFO, "VirtualService match {detail}"
)
HOST_NOT_IN_GATEWAY: Final = MessageType(
    "IST0132",
    "VirtualServiceHostNotFoundInGateway",
    _WARNING,
    "None of the hosts {hosts} of VirtualService {rule} is served by Gateway {gateway}.",
)
SCHEMA_WARNING: Final = MessageType("IST0133", "SchemaWarning", _WARNING, "Schema validation warning: {detail}")
ADDRESSES_REQUIRED: Final = MessageType(
    "IST0134",
    "ServiceEntryAddressesRequired",
    _WARNING,
    "Ports that are TCP, or say no protocol, need addresses in the ServiceEntry.",
)
DEPRECATED_ANNOTATION: Final = MessageType(
    "IST0135", "DeprecatedAnnotation", _INFO, 'The annotation "{annotation}" is deprecated{extra}.'
)
ALPHA_ANNOTATION: Final = MessageType(
    "IST0136", "AlphaAnnotation", _INFO, 'The annotation "{annotation}" belongs to a feature in its alpha phase.'
)
TARGET_PORT_CONFLICT: Final = MessageType(
    "IST0137",
    "DeploymentConflictingPorts",
    _WARNING,
    'The deployment {deployment} belongs to several services ({services}) that reach targetPort "{target}" by '
    "different ports: {ports}.",
)
DUPLICATE_CERTIFICATE: Final = MessageType(
    "IST0138",
    "GatewayDuplicateCertificate",
    _WARNING,
    "The Gateways {gateways} present the same certificate: clients that share HTTP/2 connections may get 404.",
)
NO_EFFECT_ON_INGRESS: Final = MessageType(
    "IST0140",
    "IngressRouteRulesNotAffected",
    _WARNING,
    "The subset in VirtualService {subset_rule} has no effect on requests through the ingress gateway by "
    "VirtualService {rule}.",
)
APPLICATION_UID: Final = MessageType(
    "IST0144",
    "InvalidApplicationUID",
    _WARNING,
    "User 1337 is the proxy's: what an application sends as this user is not captured.",
)
GATEWAY_CONFLICT: Final = MessageType(
    "IST0145",
    "ConflictingGateways",
    _ERROR,
    "Conflict with the gateways {gateways} (workload selector {selector}, port {port}, hosts {hosts}).",
)
AUTO_IMAGE_DEPLOYMENT: Final = MessageType(
    "IST0146",
    "ImageAutoWithoutInjectionWarning",
    _WARNING,
    "{kind} {name} has a container with `image: auto`, but nothing asks for injection.",
)
AUTO_IMAGE_POD: Final = MessageType(
    "IST0147",
    "ImageAutoWithoutInjectionError",
    _ERROR,
    "{kind} {name} has a container with `image: auto`, but nothing asks for injection.",
)
INJECTED_BY_DEFAULT: Final = MessageType(
    "IST0148",
    "NamespaceInjectionEnabledByDefault",
    _INFO,
    "Pods of this namespace get sidecars, because enableNamespacesByDefault is true.",
)
UNVERIFIED_CLAIM: Final = MessageType(
    "IST0149",
    "JwtClaimBasedRoutingWithoutRequestAuthN",
    _ERROR,
    "The rule asks for a claim of a token ({key}), but no RequestAuthentication has the pod {pod} of Gateway {gateway} "
    "verify tokens.",
)
EXTERNAL_NAME_PORT: Final = MessageType(
    "IST0150",
    "ExternalNameServiceTypeInvalidPortName",
    _WARNING,
    "The port name of this ExternalName service names no protocol, or tcp: the proxy may not forward its traffic.",
)
RELATIVE_PATCH: Final = MessageType(
    "IST0151",
    "EnvoyFilterUsesRelativeOperation",
    _WARNING,
    "The patch {operation} depends on what other EnvoyFilters did before: set a priority, or use INSERT_FIRST or ADD.",
)
REPLACE_PATCH: Final = MessageType(
    "IST0152",
    "EnvoyFilterUsesReplaceOperationIncorrectly",
    _ERROR,
    "REPLACE is for HTTP_FILTER, NETWORK_FILTER and VIRTUAL_HOST, not for {target}.",
)
ADD_PATCH: Final = MessageType(
    "IST0153",
    "EnvoyFilterUsesAddOperationIncorrectly",
    _ERROR,
    "ADD is ignored for {target}.",
)
REMOVE_PATCH: Final = MessageType(
    "IST0154",
    "EnvoyFilterUsesRemoveOperationIncorrectly",
    _ERROR,
    "REMOVE is ignored for {target}.",
)
VERSIONED_PATCH: Final = MessageType(
    "IST0155",
    "EnvoyFilterUsesRelativeOperationWithProxyVersion",
    _WARNING,
    "The patch {operation} depends on what other EnvoyFilters did before, one of them for some versions of the proxy "
    "only: set a priority, or use INSERT_FIRST or ADD.",
)
NO_PROVIDER: Final = MessageType(
    "IST0157",
    "InvalidTelemetryProvider",
    _WARNING,
    "Access logging of Telemetry {name} in namespace {namespace} is ignored: neither it nor the mesh names a provider.",
)
PROXY_IMAGES: Final = MessageType(
    "IST0158",
    "PodsIstioProxyImageMismatchInNamespace",
    _WARNING,
    "The proxies of the pods {pods} have another image than the one that is injected now: redeploy them.",
)
TELEMETRY_CONFLICT: Final = MessageType(
    "IST0159",
    "ConflictingTelemetryWorkloadSelectors",
    _ERROR,
    'The Telemetries {names} of namespace "{namespace}" all select the workload "{workload}"; which of them is in '
    "force is not defined.",
)
DEFAULT_TELEMETRY_CONFLICT: Final = MessageType(
    "IST0160",
    "MultipleTelemetriesWithoutWorkloadSelectors",
    _ERROR,
    'The Telemetries {names} of namespace "{namespace}" have no workload selector; which of them is in force is not '
    "defined.",
)
INVALID_CREDENTIAL: Final = MessageType(
    "IST0161",
    "InvalidGatewayCredential",
    _ERROR,
    "The credential that Gateway {gateway} refers to in namespace {namespace} is not valid: TLS will fail.",
)
PORT_NOT_ON_SERVICE: Final = MessageType(
    "IST0162",
    "GatewayPortNotDefinedOnService",
    _WARNING,
    "The gateway listens on port {port}, which no service in front of its workloads (pod selector {selector}) has.",
)
INTERNAL_GATEWAY: Final = MessageType(
    "IST0165",
    "ReferencedInternalGateway",
    _WARNING,
    "VirtualService {rule} refers to the Gateway {gateway}, which is generated and internal.",
)
INEFFECTIVE_SELECTOR: Final = MessageType(
    "IST0166",
    "IneffectiveSelector",
    _WARNING,
    "The selector has no effect on the gateway {gateway} of the Gateway API: name it in targetRefs.",
)
INEFFECTIVE_POLICY: Final = MessageType("IST0167", "IneffectivePolicy", _WARNING, "The policy has no effect: {reason}.")
NEGATIVE_CONDITION: Final = MessageType(
    "IST0171",
    "NegativeConditionStatus",
    _WARNING,
    "A condition of the status is negative: type={type}, reason={reason}, message={message}.",
)
EMPTY_SUBSET: Final = MessageType(
    "IST0173",
    "DestinationRuleSubsetNotSelectPods",
    _ERROR,
    "The subset {subset} selects no workload: requests to it are answered 503 (UH, NoHealthyUpstream).",
)
UNKNOWN_RULE_HOST: Final = MessageType(
    "IST0174",
    "UnknownDestinationRuleHost",
    _WARNING,
    "The host {host} of the DestinationRule is no service of the mesh.",
)
OPEN_KEY_SOURCES: Final = MessageType(
    "IST0175",
    "JwksUriFetchUnrestricted",
    _WARNING,
    "BLOCKED_CIDRS_IN_JWKS_URIS is not set: the {count} RequestAuthentications ({names}) may have keys fetched from "
    "any address.",
)
ENTRY_PROTOCOL_CONFLICT: Final = MessageType(
    "IST0177",
    "ConflictingServiceEntryProtocol",
    _WARNING,
    'The ServiceEntries {names} define host "{host}" and port {port} with different protocols ({protocols}).',
)

MESSAGES: Final[tuple[MessageType, ...]] = (
    DEPRECATED,
    NOT_FOUND,
    NOT_INJECTED,
    MISSING_PROXY,
    SCHEMA_ERROR,
    MISPLACED_ANNOTATION,
    UNKNOWN_ANNOTATION,
    MESH_HOST_CONFLICT,
    SIDECAR_CONFLICT,
    DEFAULT_SIDECAR_CONFLICT,
    PORT_REQUIRED,
    PROTOCOL_CONFLICT,
    PORT_NAME,
    INJECTION_LABELS,
    INVALID_ANNOTATION,
    NO_WORKLOAD,
    UNVERIFIED_HOST,
    UNVERIFIED_PORT,
    UNREACHABLE_RULE,
    INEFFECTIVE_MATCH,
    HOST_NOT_IN_GATEWAY,
    SCHEMA_WARNING,
    ADDRESSES_REQUIRED,
    DEPRECATED_ANNOTATION,
    ALPHA_ANNOTATION,
    TARGET_PORT_CONFLICT,
    DUPLICATE_CERTIFICATE,
    NO_EFFECT_ON_INGRESS,
    APPLICATION_UID,
    GATEWAY_CONFLICT,
    AUTO_IMAGE_DEPLOYMENT,
    AUTO_IMAGE_POD,
    INJECTED_BY_DEFAULT,
    UNVERIFIED_CLAIM,
    EXTERNAL_NAME_PORT,
    RELATIVE_PATCH,
    REPLACE_PATCH,
    ADD_PATCH,
    REMOVE_PATCH,
    VERSIONED_PATCH,
    NO_PROVIDER,
    PROXY_IMAGES,
    TELEMETRY_CONFLICT,
    DEFAULT_TELEMETRY_CONFLICT,
    INVALID_CREDENTIAL,
    PORT_NOT_ON_SERVICE,
    INTERNAL_GATEWAY,
    INEFFECTIVE_SELECTOR,
    INEFFECTIVE_POLICY,
    NEGATIVE_CONDITION,
    EMPTY_SUBSET,
    UNKNOWN_RULE_HOST,
    OPEN_KEY_SOURCES,
    ENTRY_PROTOCOL_CONFLICT,
)
"""Every message that an analyzer here may give, by code."""

_BY_CODE: Final = {message.code: message for message in MESSAGES}


def message_type(code: str) -> MessageType | None:
    """The message with this code; None for words that are no code of Istio's."""
    return _BY_CODE.get(code)


def brackets(words: Iterable[object]) -> str:
    """A list as Istio's messages show it: `[a b c]`."""
    return f"[{' '.join(map(str, words))}]"
