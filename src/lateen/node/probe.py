"""One check of a container. Rule source: Kubernetes' probes."""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from typing import Protocol

from lateen.api.container import Container
from lateen.api.probe import GRPCAction, HTTPGetAction, Probe
from lateen.node.pod_spec import port_number
from lateen.node.shim_client import ShimClient, ShimError
from lateen.node.sources import ConfigError

_SERVING = b"\x08\x01"
"""`grpc.health.v1.HealthCheckResponse{status: SERVING}` on the wire."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a check succeeded, and what to tell when it didn't."""

    ok: bool
    message: str = ""


class Checks(Protocol):
    """Runs checks; the fake in the tests answers from a list."""

    async def check(self, probe: Probe, container: Container) -> Verdict: ...
    def listening_ports(self) -> frozenset[int]: ...


class PodChecks:
    """Checks one pod's containers, from inside the pod's network: its proxy sees none of it.

    Connections come from `source` when that is set, which captured pods let through to their apps.
    """

    def __init__(self, shim: ShimClient, address: str, source: str = "") -> None:
        self._shim = shim
        self._address = address
        self._source = source

    async def check(self, probe: Probe, container: Container) -> Verdict:
        """Run the check once, within its timeout."""
        seconds = max(1, probe.timeout_seconds)
        try:
            async with asyncio.timeout(seconds):
                return await self._check(probe, container)
        except TimeoutError:
            return Verdict(ok=False, message=f"no answer within {seconds}s")
        except (ShimError, ConfigError, OSError, ValueError) as error:
            return Verdict(ok=False, message=str(error) or type(error).__name__)

    def listening_ports(self) -> frozenset[int]:
        """The TCP ports that are listened on in the pod, found without connecting to them."""
        return self._shim.listening_ports()

    async def _check(self, probe: Probe, container: Container) -> Verdict:
        if probe.exec:
            code = await self._shim.run(container.name, probe.exec.command)
            return Verdict(code == 0, f"command ended with exit code {code}")
        if probe.http_get:
            port = port_number(probe.http_get.port, container)
            return await self._http(probe.http_get, port)
        if probe.grpc:
            return await _grpc(f"{self._address}:{probe.grpc.port}", probe.grpc)
        if probe.tcp_socket:
            port = port_number(probe.tcp_socket.port, container)
            (await self._connect(probe.tcp_socket.host, port)).close()
        return Verdict(ok=True)

    async def _connect(self, host: str, port: int) -> socket.socket:
        return await self._shim.connect(host or self._address, port, "" if host else self._source)

    async def _http(self, action: HTTPGetAction, port: int) -> Verdict:
        connection = await self._connect(action.host, port)
        secure = {"ssl": _without_verification(), "server_hostname": ""} if action.scheme == "HTTPS" else {}
        reader, writer = await asyncio.open_connection(sock=connection, **secure)  # type: ignore[arg-type]
        try:
            writer.write(_request(action, self._address, port))
            words = (await reader.readline()).split(maxsplit=2)
        finally:
            writer.close()
        if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
            return Verdict(ok=False, message=f"port {port} gave no HTTP answer")
        status = int(words[1])
        return Verdict(200 <= status < 400, f"HTTP probe failed with statuscode: {status}")


def _request(action: HTTPGetAction, address: str, port: int) -> bytes:
    path = action.path if action.path.startswith("/") else f"/{action.path}"
    headers = {"Host": f"{address}:{port}", "User-Agent": "kube-probe/1.33", "Accept": "*/*"}
    headers |= {h.name: h.value for h in action.http_headers} | {"Connection": "close"}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def _without_verification() -> ssl.SSLContext:
    """As kubelet's: a probe asks whether the container lives, not who it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _grpc(target: str, action: GRPCAction) -> Verdict:
    import grpc.aio  # noqa: PLC0415 - heavy, and few pods ask for it

    service = action.service.encode()
    request = b"\x0a" + bytes([len(service)]) + service if service else b""
    async with grpc.aio.insecure_channel(target) as channel:
        call = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            answer: bytes = await call(request)
        except grpc.aio.AioRpcError as error:
            return Verdict(ok=False, message=f"health check: {error.code().name}: {error.details()}")
    return Verdict(answer == _SERVING, "health check: not serving")
