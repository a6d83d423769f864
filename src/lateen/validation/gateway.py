"""Rules for Istio's Gateway. Source: `ValidateGateway` in Istio."""

from lateen.api.gateway import Gateway, Server
from lateen.api.unix import UNIX_SCHEME
from lateen.validation.field import Field
from lateen.validation.hosts import check_scoped_host
from lateen.validation.names import check_port, is_ip, warn_of_labels
from lateen.validation.protocol import HTTP, TLS, check_protocol
from lateen.validation.server_tls import check_server_tls
from lateen.validation.unix import check_unix_path


def check_gateway(resource: Gateway, root: Field) -> None:
    """Report everything about a Gateway that Istio would refuse or warn of."""
    spec, field = resource.spec, root / "spec"
    if not spec.servers:
        (field / "servers").error("is empty", "add at least one server with port and hosts", "MissingField")
    warn_of_labels(spec.selector, field / "selector")
    if not spec.selector:
        (field / "selector").warn("no selector: every gateway opens these ports", 'write "istio: ingressgateway"')
    names: set[str] = set()
    for place, server in enumerate(spec.servers):
        where = field.at("servers", place)
        _check_server(server, where)
        if server.port.name in names:
            where.at("port", "name").error(f'the name "{server.port.name}" is there twice', "rename one", "Duplicate")
        names.add(server.port.name)


def _check_server(server: Server, field: Field) -> None:
    if not server.hosts:
        (field / "hosts").error("is empty", 'name hosts, or write ["*"]', "MissingField")
    for place, host in enumerate(server.hosts):
        check_scoped_host(host, field.at("hosts", place), gateway=True)
    protocol = check_protocol(server.port.protocol, field.at("port", "protocol"))
    _check_port(server, field)
    tls = server.tls
    if tls is None:
        if protocol in TLS:
            hint = 'add "tls:" with a mode and a certificate'
            (field / "tls").error(f"{protocol} needs it", hint, "MissingField")
        return
    check_server_tls(tls, field / "tls")
    if tls.https_redirect and protocol not in HTTP:
        field.at("tls", "httpsRedirect").warn("only plain HTTP can be redirected", "move it to the HTTP server")
    files = tls.server_certificate or tls.private_key or tls.ca_certificates
    redirects = protocol in HTTP and tls.mode in ("PASSTHROUGH", "AUTO_PASSTHROUGH") and not files
    if protocol not in TLS and not redirects:
        message = f"{protocol} is not encrypted, so it has no TLS settings"
        (field / "tls").error(message, "write HTTPS or TLS, or remove tls", "Conflict")


def _check_port(server: Server, field: Field) -> None:
    port = field / "port"
    if not server.port.name:
        (port / "name").error("is empty", "name the port, like http", "MissingField")
    if server.port.target_port:
        (port / "targetPort").error("has no meaning in a Gateway", "remove it", "Unsupported")
    if server.bind.startswith(UNIX_SCHEME):
        check_unix_path(server.bind.removeprefix(UNIX_SCHEME), field / "bind")
        if server.port.number:
            (port / "number").error("a socket file has no port", "write 0", "Conflict")
        return
    check_port(server.port.number, port / "number")
    if server.bind and not is_ip(server.bind):
        (field / "bind").error(f'"{server.bind[:80]}" is no address', "write an IP address", "InvalidAddress")
