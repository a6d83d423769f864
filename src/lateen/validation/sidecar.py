"""Rules for Sidecar. Source: `ValidateSidecar` in Istio."""

import re
from collections.abc import Sequence
from typing import Final

from lateen.api.gateway import ServerTLSSettings
from lateen.api.sidecar import IstioEgressListener, IstioIngressListener, OutboundTrafficPolicy, Sidecar, SidecarPort
from lateen.api.unix import UNIX_SCHEME
from lateen.validation.connection_pool import check_connection_pool
from lateen.validation.destination import check_destination
from lateen.validation.field import Field
from lateen.validation.hosts import check_scoped_host, is_fqdn
from lateen.validation.names import LABEL_HINT, check_port, check_selector, is_ip, is_label
from lateen.validation.protocol import HTTP, TLS, check_protocol
from lateen.validation.server_tls import check_server_tls
from lateen.validation.unix import check_unix_path

_ENDPOINT: Final = re.compile(r"(?:127\.0\.0\.1|0\.0\.0\.0|\[::1?\])?:(\d{1,5})")


def check_sidecar(resource: Sidecar, root: Field) -> None:
    """Report everything about a Sidecar that Istio would refuse or warn of."""
    spec, field = resource.spec, root / "spec"
    if spec.workload_selector is not None:
        check_selector(spec.workload_selector.labels, field / "workloadSelector")
    if not (spec.egress or spec.ingress or spec.outbound_traffic_policy or spec.inbound_connection_pool):
        field.error("is empty", "set egress, ingress or outboundTrafficPolicy", "MissingField")
    seen: set[int | str] = set()
    for place, ingress in enumerate(spec.ingress):
        _check_ingress(ingress, field.at("ingress", place))
        _check_unique(ingress.port.number, seen, field.at("ingress", place, "port", "number"))
    check_connection_pool(spec.inbound_connection_pool, field / "inboundConnectionPool")
    seen = set()
    for place, egress in enumerate(spec.egress):
        where = field.at("egress", place)
        _check_egress(egress, resource.metadata.namespace, where, last=place == len(spec.egress) - 1)
        if egress.port and egress.port.number:
            _check_unique(egress.port.number, seen, where.at("port", "number"))
        elif egress.port:
            _check_unique(egress.bind, seen, where / "bind")
    _check_outbound(spec.outbound_traffic_policy, field / "outboundTrafficPolicy")


def _check_unique(listener: int | str, seen: set[int | str], field: Field) -> None:
    if listener in seen:
        field.error(f"{listener} is there twice", "keep one listener for a port or socket", "Duplicate")
    seen.add(listener)


def _check_port(port: SidecarPort, bind: str, field: Field, *, sockets: bool) -> None:
    if port.name and not is_label(port.name):
        field.at("port", "name").error(f'"{port.name[:80]}" is no port name', LABEL_HINT, "InvalidName")
    if port.target_port:
        field.at("port", "targetPort").error("has no meaning in a Sidecar", "remove it", "Unsupported")
    if port.protocol:
        check_protocol(port.protocol, field.at("port", "protocol"))
    if sockets and bind.startswith(UNIX_SCHEME) and port.number == 0:
        check_unix_path(bind.removeprefix(UNIX_SCHEME), field / "bind")
        return
    check_port(port.number, field.at("port", "number"))
    if bind and not is_ip(bind):
        (field / "bind").error(f'"{bind[:80]}" is no address', "write an IP address", "InvalidAddress")


def _check_ingress(listener: IstioIngressListener, field: Field) -> None:
    _check_port(listener.port, listener.bind, field, sockets=False)
    endpoint = listener.default_endpoint
    if endpoint.startswith(UNIX_SCHEME):
        check_unix_path(endpoint.removeprefix(UNIX_SCHEME), field / "defaultEndpoint")
    elif endpoint:
        found = _ENDPOINT.fullmatch(endpoint)
        if not found or not 1 <= int(found[1]) <= 65535:
            hint = "write 127.0.0.1:8080, 0.0.0.0:8080, [::1]:8080 or unix:///file"
            (field / "defaultEndpoint").error(f'"{endpoint[:80]}" is no place to forward to', hint, "InvalidAddress")
    check_connection_pool(listener.connection_pool, field / "connectionPool")
    protocol = listener.port.protocol.upper()
    if listener.connection_pool and listener.connection_pool.http and protocol not in HTTP:
        message = f"the port is {protocol or 'of no protocol'}, so only tcp settings are used"
        field.at("connectionPool", "http").warn(message, "write protocol HTTP, or remove it")
    tls = listener.tls
    if tls is None:
        return
    check_server_tls(tls, field / "tls")
    if protocol not in TLS:
        (field / "tls").error("the port is not encrypted", "write protocol HTTPS or TLS, or remove tls", "Conflict")
    _check_gateway_only(tls, field / "tls")


def _check_gateway_only(tls: ServerTLSSettings, field: Field) -> None:
    fields = {
        "mode": tls.mode in ("ISTIO_MUTUAL", "AUTO_PASSTHROUGH"),
        "httpsRedirect": tls.https_redirect,
        "credentialName": tls.credential_name,
        "credentialNames": tls.credential_names,
        "tlsCertificates": tls.tls_certificates,
        "subjectAltNames": tls.subject_alt_names,
    }
    for name, given in fields.items():
        if given:
            hint = "use SIMPLE, MUTUAL or OPTIONAL_MUTUAL with files"
            (field / name).error("this is for gateways only", hint, "Unsupported")


def _check_egress(listener: IstioEgressListener, namespace: str, field: Field, *, last: bool) -> None:
    if listener.port is None and not last:
        (field / "port").error("only the last listener may have no port", "move it to the end", "Conflict")
    if listener.port:
        _check_port(listener.port, listener.bind, field, sockets=True)
        if listener.bind.startswith(UNIX_SCHEME) and listener.capture_mode == "IPTABLES":
            (field / "captureMode").error("a socket file captures nothing", "write NONE", "Conflict")
    if not listener.hosts:
        (field / "hosts").error("is empty", 'write ["./*"] for this namespace', "MissingField")
    for place, host in enumerate(listener.hosts):
        check_scoped_host(host, field.at("hosts", place), gateway=False)
    _check_repeated(listener.hosts, namespace, field / "hosts")


def _check_repeated(hosts: Sequence[str], namespace: str, field: Field) -> None:
    """Warn of hosts that others include; what is excluded (`~`) does not count."""
    names: dict[str, set[str]] = {}
    for place, host in enumerate(hosts):
        scope, slash, name = host.partition("/")
        if not slash or scope.startswith("~"):
            continue
        taken = names.setdefault(namespace if scope == "." else scope, set())
        if taken & {name, "*"} or (taken and name == "*"):
            (field / place).warn(f'"{host}" and an earlier host overlap', "keep the wider one", "Duplicate")
        taken.add(name)
    if "*" in names.get("*", ()) and len(names) > 1:
        field.warn('"*/*" includes everything', "remove the others", "Duplicate")


def _check_outbound(policy: OutboundTrafficPolicy | None, field: Field) -> None:
    if policy is None or policy.egress_proxy is None:
        return
    proxy = field / "egressProxy"
    if policy.mode != "ALLOW_ANY":
        proxy.error("needs mode ALLOW_ANY", "write mode: ALLOW_ANY, or remove it", "Conflict")
    if policy.egress_proxy.port is None:
        (proxy / "port").error("is required", 'add "port: {number: ...}"', "MissingField")
    if not is_fqdn(policy.egress_proxy.host):
        (proxy / "host").error(
            f'"{policy.egress_proxy.host[:80]}" is no full name', "write the full name", "InvalidHost"
        )
    else:
        check_destination(policy.egress_proxy, proxy)
