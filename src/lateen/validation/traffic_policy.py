"""Traffic policies of a DestinationRule. Rules: `validateTrafficPolicy` in Istio."""

from lateen.api.destination_rule import ClientTLSSettings, OutlierDetection, PortTrafficPolicy, TrafficPolicy
from lateen.validation.connection_pool import check_connection_pool
from lateen.validation.field import Field
from lateen.validation.hosts import is_fqdn
from lateen.validation.load_balancer import check_load_balancer
from lateen.validation.names import LAST_PORT, PORT_HINT, check_port, is_ip


def check_traffic_policy(policy: TrafficPolicy | None, field: Field) -> None:
    """Report policies that proxies refuse or that contradict themselves."""
    if policy is None:
        return
    if policy == TrafficPolicy():
        field.error("is empty", "set loadBalancer, connectionPool or another field, or remove it", "MissingField")
    if policy.tunnel and policy.proxy_protocol:
        (field / "tunnel").error("tunnel and proxyProtocol are both set", "keep one of them", "Conflict")
    _check_blocks(policy, field)
    _check_tunnel(policy, field / "tunnel")
    seen: set[int] = set()
    for place, port_policy in enumerate(policy.port_level_settings):
        _check_port_policy(port_policy, seen, field.at("portLevelSettings", place))


def _check_blocks(policy: TrafficPolicy | PortTrafficPolicy, field: Field) -> None:
    _check_outlier(policy.outlier_detection, field / "outlierDetection")
    check_connection_pool(policy.connection_pool, field / "connectionPool")
    check_load_balancer(policy.load_balancer, field / "loadBalancer", outlier=policy.outlier_detection is not None)
    _check_tls(policy.tls, field / "tls")


def _check_port_policy(policy: PortTrafficPolicy, seen: set[int], field: Field) -> None:
    if policy.port is None:
        (field / "port").error("is required", 'add "port: {number: ...}"', "MissingField")
    else:
        number = policy.port.number
        if not 1 <= number <= LAST_PORT:
            field.at("port", "number").warn(f"no service has a port {number}", PORT_HINT, "InvalidPort")
        elif number in seen:
            message = f"port {number} is there twice: the first one is used"
            field.at("port", "number").warn(message, "merge the two", "Duplicate")
        seen.add(number)
    if PortTrafficPolicy(port=policy.port) == policy:
        field.error("says nothing about the port", "set loadBalancer, connectionPool, outlierDetection or tls")
    _check_blocks(policy, field)


def _check_tunnel(policy: TrafficPolicy, field: Field) -> None:
    tunnel = policy.tunnel
    if tunnel is None:
        return
    if tunnel.protocol not in ("", "CONNECT", "POST"):
        (field / "protocol").error(f'"{tunnel.protocol}" is no way to tunnel', "write CONNECT or POST")
    if not is_fqdn(tunnel.target_host) and not is_ip(tunnel.target_host):
        (field / "targetHost").error(f'"{tunnel.target_host}" is no host', "write a name or an address", "InvalidHost")
    check_port(tunnel.target_port, field / "targetPort")


def _check_outlier(outlier: OutlierDetection | None, field: Field) -> None:
    if outlier is None:
        return
    if outlier.consecutive_errors:
        message, hint = "this field is old", "write consecutive5xxErrors or consecutiveGatewayErrors"
        (field / "consecutiveErrors").warn(message, hint, "Deprecated")
    if outlier.consecutive_local_origin_failures and not outlier.split_external_local_origin_errors:
        message = "is only counted with splitExternalLocalOriginErrors"
        (field / "consecutiveLocalOriginFailures").error(message, 'add "splitExternalLocalOriginErrors: true"')
    for name, value in (
        ("maxEjectionPercent", outlier.max_ejection_percent),
        ("minHealthPercent", outlier.min_health_percent),
    ):
        if not 0 <= value <= 100:
            (field / name).error(f"{value} is no percentage", "write 0 to 100")


def _check_tls(tls: ClientTLSSettings | None, field: Field) -> None:
    if tls is None:
        return
    verified = tls.ca_certificates or tls.subject_alt_names or (tls.mode == "SIMPLE" and tls.credential_name)
    if tls.insecure_skip_verify and tls.mode in ("SIMPLE", "MUTUAL") and verified:
        message = "the server is not verified, so nothing to verify it with is used"
        hint = "remove this, or caCertificates, credentialName and subjectAltNames"
        (field / "insecureSkipVerify").error(message, hint, "Conflict")
    files = tls.client_certificate or tls.private_key or tls.ca_certificates or tls.ca_crl
    if tls.credential_name and tls.mode in ("SIMPLE", "MUTUAL"):
        if files:
            field.error("credentialName and files are both set", "keep one of them", "Conflict")
    elif tls.mode == "MUTUAL":
        for name, value in (("clientCertificate", tls.client_certificate), ("privateKey", tls.private_key)):
            if not value:
                (field / name).error("is required for MUTUAL", f"set {name}, or credentialName", "MissingField")
