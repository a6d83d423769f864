"""Kubernetes probes and lifecycle handlers. Absent scalars have the values Kubernetes' API server fills in."""

from typing import Literal

from lateen.api.meta import Message
from lateen.api.scalar import Int32, Int64, IntOrString


class HTTPHeader(Message):
    """A header a probe sends."""

    name: str
    value: str = ""


class HTTPGetAction(Message):
    """An HTTP GET; a status from 200 to 399 is success. `port` is a number or a container port's name."""

    path: str = "/"
    port: IntOrString
    host: str = ""
    scheme: Literal["HTTP", "HTTPS"] = "HTTP"
    http_headers: tuple[HTTPHeader, ...] = ()


class TCPSocketAction(Message):
    """A TCP connection; being accepted is success."""

    port: IntOrString
    host: str = ""


class ExecAction(Message):
    """A command in the container; exit status 0 is success."""

    command: tuple[str, ...] = ()


class GRPCAction(Message):
    """A `grpc.health.v1.Health/Check` call; SERVING is success."""

    port: Int32
    service: str = ""


class SleepAction(Message):
    """A pause before a container stops, in seconds."""

    seconds: Int64


class Probe(Message):
    """A repeated check of a container; times in seconds."""

    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    exec: ExecAction | None = None
    grpc: GRPCAction | None = None
    initial_delay_seconds: Int32 = 0
    period_seconds: Int32 = 10
    timeout_seconds: Int32 = 1
    success_threshold: Int32 = 1
    failure_threshold: Int32 = 3
    termination_grace_period_seconds: Int64 | None = None


class LifecycleHandler(Message):
    """What runs after a container's start or before its stop."""

    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    sleep: SleepAction | None = None


class Lifecycle(Message):
    """Hooks around a container's life."""

    post_start: LifecycleHandler | None = None
    pre_stop: LifecycleHandler | None = None
    stop_signal: str = ""
