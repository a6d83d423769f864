"""Istio `networking.istio.io` Gateway: the ports a gateway opens."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.scalar import UInt32

TLSProtocol = Literal["TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"]
_SOME: Final = Meta(min_length=1)


class Port(Message):
    """A port of a gateway; `protocol` is HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP or TLS."""

    number: UInt32
    protocol: str
    name: str
    target_port: UInt32 = 0


class TLSCertificate(Message):
    """Files of one certificate."""

    server_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""


class ServerTLSSettings(Message):
    """TLS towards clients."""

    https_redirect: bool = False
    mode: Literal["PASSTHROUGH", "SIMPLE", "MUTUAL", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL", "OPTIONAL_MUTUAL"] = (
        "PASSTHROUGH"
    )
    server_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""
    ca_crl: str = ""
    credential_name: str = ""
    credential_names: Annotated[tuple[str, ...], _SOME] = ()
    ca_cert_credential_name: str = ""
    tls_certificates: Annotated[tuple[TLSCertificate, ...], _SOME] = ()
    subject_alt_names: tuple[str, ...] = ()
    verify_certificate_spki: tuple[str, ...] = ()
    verify_certificate_hash: tuple[str, ...] = ()
    min_protocol_version: TLSProtocol = "TLS_AUTO"
    max_protocol_version: TLSProtocol = "TLS_AUTO"
    cipher_suites: tuple[str, ...] = ()
    ecdh_curves: tuple[str, ...] = ()
    insecure_skip_verify: bool | None = None


class Server(Message):
    """One port and the hosts served on it, each `[namespace/]name`."""

    port: Port
    bind: str = ""
    hosts: tuple[str, ...]
    tls: ServerTLSSettings | None = None
    default_endpoint: str = ""
    name: str = ""


class GatewaySpec(Message):
    """No `selector`: every gateway."""

    servers: tuple[Server, ...] = ()
    selector: dict[str, str] = {}


class Gateway(Resource):
    """The ports that the selected gateway workloads open."""

    spec: GatewaySpec = GatewaySpec()
    status: IstioStatus | None = None
