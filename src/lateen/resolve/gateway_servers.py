"""The servers of all Gateways that a proxy runs, merged by the port it listens at (`mergeGateways` in Istio)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lateen.api.gateway import Gateway, Server
from lateen.api.problem import Problem, Severity
from lateen.ir.listener import Bind
from lateen.ir.names import (
    ADMIN_PORT,
    READINESS_PORT,
    STATS_PORT,
    WILDCARD_ADDRESS,
    gateway_http_route,
    gateway_https_route,
    listener_name,
)
from lateen.ir.origin import ConfigOrigin
from lateen.model.protocol import parse_protocol
from lateen.model.service import Protocol, Service
from lateen.resolve.config_origin import config_origins
from lateen.resolve.view import GatewayView

CONFLICT = "IST0145"

_OWN_PORTS = frozenset({ADMIN_PORT, READINESS_PORT, STATS_PORT})
"""Ports at which every proxy answers by itself."""

UNSUPPORTED_MODES = frozenset({"ISTIO_MUTUAL"})
AUTO_PASSTHROUGH = "AUTO_PASSTHROUGH"

_UNTRANSLATED = "experimental.istio.io/disable-gateway-port-translation"


@dataclass(frozen=True, slots=True, eq=False)
class GatewayServer:
    """One server of one Gateway. `hosts` are `namespace/name` or `name`; `gateway` is `namespace/name`."""

    source: Gateway
    position: int
    server: Server
    gateway: str
    hosts: tuple[str, ...]

    @property
    def port(self) -> int:
        """The port clients dial."""
        return self.server.port.number

    @property
    def protocol(self) -> Protocol:
        """What clients speak."""
        return parse_protocol(self.server.port.protocol)

    @property
    def is_plain_http(self) -> bool:
        """Whether requests are read without TLS."""
        return self.protocol.is_http

    @property
    def is_tls(self) -> bool:
        """Whether clients speak TLS, so that servers can share a port and be told apart by the name asked for."""
        return self.server.tls is not None and not self.is_plain_http

    @property
    def mode(self) -> str:
        """What becomes of clients' TLS; "" where they speak none."""
        return self.server.tls.mode if self.server.tls is not None and self.is_tls else ""

    @property
    def is_passed_through(self) -> bool:
        """Whether TLS is not ended here, and goes where rules say."""
        return self.mode == "PASSTHROUGH"

    @property
    def is_https(self) -> bool:
        """Whether requests are read after TLS is ended."""
        return self.protocol is Protocol.HTTPS and self.mode not in {"", "PASSTHROUGH", AUTO_PASSTHROUGH}

    @property
    def server_names(self) -> tuple[str, ...]:
        """The hosts as clients ask for them in TLS, sorted."""
        return tuple(sorted({host.rpartition("/")[2] for host in self.hosts}))

    @property
    def config_path(self) -> str:
        """Where it stands in its Gateway."""
        return f"spec.servers[{self.position}]"

    @property
    def https_redirect(self) -> bool:
        """Whether every request is sent to the same address over TLS."""
        return bool(self.server.tls and self.server.tls.https_redirect)

    @property
    def origin(self) -> ConfigOrigin:
        """The Gateway, as Istio names it in metadata."""
        return config_origins(self.source, "Gateway")[0]

    def hosts_for(self, namespace: str) -> Iterator[str]:
        """The hosts that rules of `namespace` may speak for."""
        for host in self.hosts:
            owner, slash, name = host.partition("/")
            if not slash:
                yield host
            elif owner == namespace:
                yield name

    def problem(self, code: str, message: str, hint: str, *, field: str = "", error: bool = False) -> Problem:
        """A finding about this server."""
        path = f"{self.config_path}{field}"
        severity = Severity.ERROR if error else Severity.WARNING
        return Problem(self.source.ref, path, code, severity, message, hint)


class Port(NamedTuple):
    """An address and port of the proxy; a socket file is at port 0."""

    address: str
    number: int


@dataclass(slots=True)
class MergedServers:
    """The servers by where the proxy listens for them, each group of one kind, and what was refused."""

    by_port: dict[Port, list[GatewayServer]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def merge_servers(view: GatewayView) -> MergedServers:
    """Every server that gets a port. Gateways are taken oldest first, so it is the younger one that is refused."""
    merged = MergedServers()
    for gateway in view.gateways:
        for server in servers_of(gateway):
            _place(view, server, merged)
    return merged


def servers_of(gateway: Gateway) -> Iterator[GatewayServer]:
    """A Gateway's servers, their hosts' namespaces completed."""
    namespace = gateway.metadata.namespace
    for position, server in enumerate(gateway.spec.servers):
        hosts = tuple(dict.fromkeys(_host(host.lower(), namespace) for host in server.hosts))
        yield GatewayServer(gateway, position, server, f"{namespace}/{gateway.metadata.name}", hosts)


def _host(host: str, namespace: str) -> str:
    owner, slash, name = host.partition("/")
    if not slash or owner == "*":
        return name if slash else host
    return f"{namespace}/{name}" if owner == "." else host


def _place(view: GatewayView, server: GatewayServer, merged: MergedServers) -> None:
    refused = _unsupported(server)
    if refused is not None:
        merged.problems.append(refused)
        return
    port = Port(server.server.bind or WILDCARD_ADDRESS, listening_port(view, server.port))
    if port.number in _OWN_PORTS:
        message = f"the proxy itself answers at port {port.number}: the server is not opened"
        merged.problems.append(server.problem("PortInUse", message, "choose another port", field=".port", error=True))
        return
    group = merged.by_port.setdefault(port, [])
    refused = _clash(server, group, port)
    if refused is not None:
        merged.problems.append(refused)
        return
    group.append(server)


def _clash(server: GatewayServer, group: Sequence[GatewayServer], port: Port) -> Problem | None:
    """Why a server cannot share its port with those before it: only plain HTTP servers can, or TLS ones by name."""
    if not group or (server.is_plain_http and group[0].is_plain_http):
        return None
    if not (server.is_tls and group[0].is_tls):
        hint = "use another port: only HTTP servers can share one, or TLS servers"
        return _conflict(server, group[0], port, f"{group[0].server.port.protocol} is served there already", hint)
    for other in group:
        common = [host for host in server.server_names if host in other.server_names]
        if common:
            reason = f"{' '.join(common)} is served there already"
            return _conflict(server, other, port, reason, "take the host out of one of the two servers")
    return None


def _unsupported(server: GatewayServer) -> Problem | None:
    if server.server.tls is None and server.protocol.is_tls:
        return server.problem(
            "MissingField", f"{server.protocol} needs it", "add a mode and a certificate", field=".tls"
        )
    if server.mode in UNSUPPORTED_MODES:
        message = f"{server.mode} has no effect in this version: the server is not opened"
        return server.problem("NoEffect", message, "choose SIMPLE, MUTUAL or PASSTHROUGH", field=".tls.mode")
    return None


def _conflict(server: GatewayServer, first: GatewayServer, port: Port, reason: str, hint: str) -> Problem:
    selector = ",".join(f"{key}={value}" for key, value in sorted(server.source.spec.selector.items()))
    message = (
        f"Conflict with gateways {first.gateway} (workload selector {selector}, port {port.number}, hosts "
        f"{' '.join(server.server.hosts)}). {reason}: this server is not opened"
    )
    return server.problem(CONFLICT, message, hint, error=True)


def listening_port(view: GatewayView, number: int) -> int:
    """Where the proxy listens for a server's port: at the target port of the first service in front that has it."""
    for front in view.fronts if number else ():
        port = front.port(number)
        if port is not None and _UNTRANSLATED not in front.labels:
            return port.target_number(view.port_numbers) or number
    return number


def binds_for(port: Port, fronts: Sequence[Service], port_numbers: Mapping[str, int], netns: str) -> tuple[Bind, ...]:
    """Where the listener of a port is opened: in the pod and, if the proxy may, at the machine's node ports for it."""
    if not port.number:
        return (Bind(address=port.address, port=0),)
    node_ports = dict.fromkeys(
        each.node_port
        for front in fronts
        for each in front.ports
        if netns and each.node_port and each.target_number(port_numbers) == port.number
    )
    machine = (Bind(address=WILDCARD_ADDRESS, port=number, netns=netns) for number in node_ports)
    return (Bind(address=port.address, port=port.number), *machine)


def route_name(port: Port) -> str:
    """The route configuration of a port's HTTP servers; a bind address other than all is part of it."""
    name = gateway_http_route(port.number)
    return name if port.address == WILDCARD_ADDRESS else f"{name}.{port.address}"


def https_route_name(server: GatewayServer) -> str:
    """The route configuration of an HTTPS server; a bind address is part of it."""
    meta = server.source.metadata
    name = gateway_https_route(server.port, server.server.port.name, meta.name, meta.namespace)
    return f"{name}.{server.server.bind}" if server.server.bind else name


def name_of(port: Port) -> str:
    """A port's listener."""
    return listener_name(port.address, port.number)
