"""Limits on connections and requests: `ConnectionPoolSettings` of Istio's DestinationRule and Sidecar."""

from typing import Literal

from lateen.api.duration import Duration
from lateen.api.meta import Message
from lateen.api.scalar import Int32, OptionalDelay, UInt32


class TcpKeepalive(Message):
    """TCP keep-alive probes; absent values are the kernel's."""

    probes: UInt32 = 0
    time: Duration | None = None
    interval: Duration | None = None


class TCPSettings(Message):
    """Limits of connections; 0: none. `idle_timeout` 0 disables it. `connect_timeout` absent: the mesh's, 10 s."""

    max_connections: Int32 = 0
    connect_timeout: Duration | None = None
    tcp_keepalive: TcpKeepalive | None = None
    max_connection_duration: Duration | None = None
    idle_timeout: OptionalDelay | None = None


class ConnectionKeepalive(Message):
    """HTTP/2 PING frames."""

    interval: Duration | None = None
    timeout: Duration | None = None


class HTTPSettings(Message):
    """Limits of requests; 0: none."""

    http1_max_pending_requests: Int32 = 0
    http2_max_requests: Int32 = 0
    max_requests_per_connection: Int32 = 0
    max_retries: Int32 = 0
    idle_timeout: Duration | None = None
    h2_upgrade_policy: Literal["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"] = "DEFAULT"
    use_client_protocol: bool = False
    max_concurrent_streams: Int32 = 0
    http2_keep_alive: ConnectionKeepalive | None = None


class ConnectionPoolSettings(Message):
    """Limits of both layers."""

    tcp: TCPSettings | None = None
    http: HTTPSettings | None = None
