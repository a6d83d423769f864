"""The analyzers there are, in the order in which they run."""

from typing import Final

from lateen.analysis import messages as m
from lateen.analysis.analyzer import Analyzer
from lateen.analysis.analyzers import (
    alpha_annotations,
    annotations,
    application_user,
    conditions,
    deployment_services,
    deprecation,
    destination_hosts,
    destination_subsets,
    entry_addresses,
    entry_protocols,
    envoy_filters,
    gateway_certificates,
    gateway_conflicts,
    gateway_ports,
    gateway_secrets,
    gateway_selectors,
    image_auto,
    ingress_subsets,
    injection,
    jwt_claims,
    key_sources,
    mesh_hosts,
    policy_workloads,
    port_names,
    proxy_images,
    rule_gateways,
    rule_secrets,
    rule_subsets,
    schema,
    server_verification,
    sidecar_selectors,
    telemetry_defaults,
    telemetry_lightstep,
    telemetry_providers,
    telemetry_selectors,
)

SCHEMA: Final = Analyzer(
    "schema.ValidationAnalyzer",
    schema.analyze,
    (m.SCHEMA_ERROR, m.UNREACHABLE_RULE, m.INEFFECTIVE_MATCH, m.SCHEMA_WARNING),
)

ANALYZERS: Final[tuple[Analyzer, ...]] = (
    SCHEMA,
    Analyzer("virtualservice.DestinationHostAnalyzer", destination_hosts.analyze, (m.NOT_FOUND, m.PORT_REQUIRED)),
    Analyzer(
        "virtualservice.IngressSubsetAnalyzer",
        ingress_subsets.analyze,
        (m.NO_EFFECT_ON_INGRESS,),
        part_of="virtualservice.DestinationHostAnalyzer",
    ),
    Analyzer("virtualservice.DestinationRuleAnalyzer", destination_subsets.analyze, (m.NOT_FOUND,)),
    Analyzer(
        "virtualservice.GatewayAnalyzer",
        rule_gateways.analyze,
        (m.NOT_FOUND, m.HOST_NOT_IN_GATEWAY, m.INTERNAL_GATEWAY),
    ),
    Analyzer("virtualservice.JWTClaimRouteAnalyzer", jwt_claims.analyze, (m.UNVERIFIED_CLAIM,)),
    Analyzer("virtualservice.ConflictingMeshGatewayHostsAnalyzer", mesh_hosts.analyze, (m.MESH_HOST_CONFLICT,)),
    Analyzer("destinationrule.SubsetSelectPodAnalyzer", rule_subsets.analyze, (m.EMPTY_SUBSET, m.UNKNOWN_RULE_HOST)),
    Analyzer(
        "destinationrule.CaCertificateAnalyzer", server_verification.analyze, (m.UNVERIFIED_HOST, m.UNVERIFIED_PORT)
    ),
    Analyzer("destinationrule.SecretAnalyzer", rule_secrets.analyze, (m.NOT_FOUND,)),
    Analyzer("deprecation.DeprecationAnalyzer", deprecation.analyze, (m.DEPRECATED,)),
    Analyzer("gateway.IngressGatewayPortAnalyzer", gateway_ports.analyze, (m.NOT_FOUND, m.PORT_NOT_ON_SERVICE)),
    Analyzer("gateway.SecretAnalyzer", gateway_secrets.analyze, (m.NOT_FOUND, m.INVALID_CREDENTIAL)),
    Analyzer("gateway.CertificateAnalyzer", gateway_certificates.analyze, (m.DUPLICATE_CERTIFICATE,)),
    Analyzer("gateway.ConflictingGatewayAnalyzer", gateway_conflicts.analyze, (m.GATEWAY_CONFLICT,)),
    Analyzer(
        "sidecar.SelectorAnalyzer",
        sidecar_selectors.analyze,
        (m.NOT_FOUND, m.SIDECAR_CONFLICT, m.DEFAULT_SIDECAR_CONFLICT, m.INEFFECTIVE_POLICY),
    ),
    Analyzer("serviceentry.Analyzer", entry_addresses.analyze, (m.ADDRESSES_REQUIRED,)),
    Analyzer(
        "serviceentry.ConflictingServiceEntryProtocolAnalyzer", entry_protocols.analyze, (m.ENTRY_PROTOCOL_CONFLICT,)
    ),
    Analyzer("service.PortNameAnalyzer", port_names.analyze, (m.PORT_NAME, m.EXTERNAL_NAME_PORT)),
    Analyzer(
        "deployment.MultiServiceAnalyzer", deployment_services.analyze, (m.PROTOCOL_CONFLICT, m.TARGET_PORT_CONFLICT)
    ),
    Analyzer("applicationUID.Analyzer", application_user.analyze, (m.APPLICATION_UID,)),
    Analyzer(
        "injection.Analyzer",
        injection.analyze,
        (m.NOT_INJECTED, m.MISSING_PROXY, m.INJECTION_LABELS, m.INJECTED_BY_DEFAULT),
    ),
    Analyzer("injection.ImageAnalyzer", proxy_images.analyze, (m.PROXY_IMAGES,)),
    Analyzer("injection.ImageAutoAnalyzer", image_auto.analyze, (m.AUTO_IMAGE_DEPLOYMENT, m.AUTO_IMAGE_POD)),
    Analyzer(
        "annotations.K8sAnalyzer",
        annotations.analyze,
        (m.MISPLACED_ANNOTATION, m.UNKNOWN_ANNOTATION, m.INVALID_ANNOTATION, m.DEPRECATED_ANNOTATION),
    ),
    Analyzer("annotations.AlphaAnalyzer", alpha_annotations.analyze, (m.ALPHA_ANNOTATION,), by_default=False),
    Analyzer("auth.AuthorizationPoliciesAnalyzer", policy_workloads.analyze, (m.NO_WORKLOAD, m.NOT_FOUND)),
    Analyzer("authn.BlockedCIDRsAnalyzer", key_sources.analyze, (m.OPEN_KEY_SOURCES,)),
    Analyzer("k8sgateway.SelectorAnalyzer", gateway_selectors.analyze, (m.INEFFECTIVE_SELECTOR,)),
    Analyzer("telemetry.ProviderAnalyzer", telemetry_providers.analyze, (m.NO_PROVIDER,)),
    Analyzer("telemetry.SelectorAnalyzer", telemetry_selectors.analyze, (m.NOT_FOUND, m.TELEMETRY_CONFLICT)),
    Analyzer("telemetry.DefaultSelectorAnalyzer", telemetry_defaults.analyze, (m.DEFAULT_TELEMETRY_CONFLICT,)),
    Analyzer("telemetry.LightstepAnalyzer", telemetry_lightstep.analyze, (m.DEPRECATED,)),
    Analyzer(
        "envoyfilter.EnvoyPatchAnalyzer",
        envoy_filters.analyze,
        (m.RELATIVE_PATCH, m.VERSIONED_PATCH, m.REPLACE_PATCH, m.ADD_PATCH, m.REMOVE_PATCH),
    ),
    Analyzer("conditions.ConditionAnalyzer", conditions.analyze, (m.NEGATIVE_CONDITION,)),
)

DEFAULTS: Final = tuple(each for each in ANALYZERS if each.by_default)
"""What runs unless analyzers are chosen by name."""


def named(name: str) -> tuple[Analyzer, ...]:
    """The analyzers that Istio's analyzer of this name consists of; `schema.ValidationAnalyzer.Gateway` is all of
    `schema.ValidationAnalyzer`. None: the name is not known."""
    return tuple(each for each in ANALYZERS if name in (each.name, each.part_of) or name.startswith(f"{each.name}."))
