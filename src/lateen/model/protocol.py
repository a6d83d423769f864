"""Which protocol a port speaks, from what its declaration says. Rule: Istio's `pkg/config/kube/conversion.go`."""

from lateen.model.service import Protocol

_WORDS = {
    "tcp": Protocol.TCP,
    "udp": Protocol.UDP,
    "grpc": Protocol.GRPC,
    "grpc-web": Protocol.GRPC_WEB,
    "http": Protocol.HTTP,
    "http_proxy": Protocol.HTTP,
    "http2": Protocol.HTTP2,
    "https": Protocol.HTTPS,
    "tls": Protocol.TLS,
    "mongo": Protocol.MONGO,
    "redis": Protocol.TCP,
    "mysql": Protocol.MYSQL,
}
_KUBERNETES_WORDS = {
    "kubernetes.io/h2c": Protocol.HTTP2,
    "kubernetes.io/ws": Protocol.HTTP,
    "kubernetes.io/wss": Protocol.HTTPS,
}
_SERVER_SPEAKS_FIRST = frozenset({25, 53, 3306, 27017})
"""Ports that are TCP unless declared otherwise: waiting for the client's first bytes would hang there."""


def parse_protocol(word: str) -> Protocol:
    """The protocol a word names, whatever its case; AUTO for unknown words."""
    return _WORDS.get(word.lower(), Protocol.AUTO)


def service_port_protocol(number: int, name: str, transport: str, app_protocol: str) -> Protocol:
    """The protocol of a Kubernetes service port: `appProtocol`, else the port name's prefix before `-`."""
    if transport == "UDP":
        return Protocol.UDP
    if app_protocol in _KUBERNETES_WORDS:
        return _KUBERNETES_WORDS[app_protocol]
    word = (app_protocol or name).lower()
    if word.startswith("grpc-web"):
        return Protocol.GRPC_WEB
    protocol = parse_protocol(word.partition("-")[0])
    return Protocol.TCP if protocol is Protocol.AUTO and number in _SERVER_SPEAKS_FIRST else protocol
