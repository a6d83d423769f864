"""Where a gateway takes requests for a host, for those who name the host alone."""

from typing import NamedTuple

from lateen.api.gateway import Gateway
from lateen.explain.explain import gateway_port
from lateen.explain.question import Client
from lateen.explain.scenario import Scenario
from lateen.model.hostname import covers
from lateen.model.workload import Proxy
from lateen.resolve.gateway_servers import GatewayServer, servers_of

HTTP_PORT, HTTPS_PORT = 80, 443


class Entrance(NamedTuple):
    """The port that clients dial, with which scheme, and what else they must bring."""

    scheme: str = "http"
    port: int = HTTP_PORT
    client: Client = Client()


def entrance_of(scenario: Scenario, proxy: Proxy, gateway: Gateway, host: str, port: int | None = None) -> Entrance:
    """The first server that routes requests for `host` (at `port`, if given), one without TLS if there is any."""
    servers = [each for each in servers_of(gateway) if _routes(each, host) and port in {None, each.port}]
    if not servers:
        return Entrance(port=port or HTTP_PORT)
    server = min(servers, key=lambda each: each.is_https)
    certificate = server.mode == "MUTUAL"
    own = gateway_port(scenario, proxy, server.port)
    usual = HTTPS_PORT if server.is_https else HTTP_PORT
    dialled = usual if port is None and gateway_port(scenario, proxy, usual) == own else server.port
    return Entrance("https" if server.is_https else "http", dialled, Client(certificate=certificate))


def _routes(server: GatewayServer, host: str) -> bool:
    reads = (server.is_plain_http and not server.https_redirect) or server.is_https
    return reads and any(covers(name, host) for name in server.server_names)
