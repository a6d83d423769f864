"""A call whose way through a proxy is asked for."""

import enum

import msgspec

from lateen.api.unix import UNIX_SCHEME


class Entry(enum.StrEnum):
    """How the connection reaches the proxy: captured on its way out, captured on its way in, or by connecting to it."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"
    DIRECT = "direct"


class Protocol(enum.StrEnum):
    """What the client speaks; `TLS` is passed through by the client's own making, `HTTPS` is HTTP inside of it."""

    HTTP = "http"
    HTTP2 = "http2"
    HTTPS = "https"
    TLS = "tls"
    TCP = "tcp"

    @property
    def encrypted(self) -> bool:
        return self in {Protocol.TLS, Protocol.HTTPS}


class Call(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request, or one connection where the protocol is TCP or TLS.

    `address` and `port` are what the client connects to; a socket file is `unix://…` at port 0. `host` is the Host
    header ("" is `address:port`), `path` includes the query. `sni` "" is the host without its port, `alpn` "" what
    clients of the protocol usually offer. `client_certificate` says whether the client shows one. `source` is the
    client's address.
    """

    address: str
    port: int
    entry: Entry = Entry.OUTBOUND
    protocol: Protocol = Protocol.HTTP
    host: str = ""
    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = {}
    sni: str = ""
    alpn: str = ""
    client_certificate: bool = False
    source: str = "192.0.2.1"

    @property
    def authority(self) -> str:
        return self.host or f"{self.address}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether the client connects to its own machine."""
        return self.address.startswith(("127.", UNIX_SCHEME)) or self.address == "::1"

    @property
    def server_name(self) -> str:
        return (self.sni or self.authority.rpartition(":")[0] or self.authority).lower()
