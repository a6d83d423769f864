"""What Envoy does with requests before their route is looked for, or instead of it."""

from collections.abc import Iterator

import pytest
from envoy.config.route.v3.route_components_pb2 import Route, RouteAction, RouteMatch, VirtualHost
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)
from tests.support.echo import echo_servers
from tests.support.routed_envoy import RoutedEnvoy, envoy_before

from lateen.ir.listener import HttpFilter
from lateen.ir.match import StringKind, StringMatch
from lateen.ir.route import Cors
from lateen.simulation.call import Call
from lateen.simulation.normal_path import normal_path
from lateen.simulation.outcome import Kind
from lateen.simulation.routing import route_request
from lateen.translate.filters.cors import cors_policy
from lateen.translate.names import CORS_FILTER
from lateen.translate.resources import Resources
from lateen.translate.scalar import boolean
from lateen.translate.wire import pack

pytestmark = pytest.mark.root

MANAGER = HttpConnectionManager(normalize_path=boolean(True))
PATHS = (
    "/a/../b", "/a/./b", "/a/..", "/a/.", "/../a", "/a/b/../../..", "/a//b", "/a//../b", "/a%2e%2e/b", "/a/%2e%2e/b",
    "/a/%2E/b", "/%41%7e%2D", "/%2fa", "/a%2Fb", "/%5c..", "/a\\b", "/a\\..\\b", "/a/...", "/a/..b", "/a?x=/../y",
    "/%20x", "/a+b", "/a%2Bb", "/a;b/../c", "/.", "/..",
)  # fmt: skip

ALLOWED = StringMatch(kind=StringKind.EXACT, value="https://shop.example.com")
POLICIES = {
    "forwards.example.com": Cors(
        allow_origins=(ALLOWED,), allow_methods="GET,PUT", max_age="60", allow_credentials=True
    ),
    "ignores.example.com": Cors(allow_origins=(ALLOWED,), forward_unmatched_preflights=False),
}
ASKS = {"access-control-request-method": "PUT"}


def config() -> RouteConfiguration:
    """A virtual host for each policy, and one without any."""
    hosts = [("*", None), *POLICIES.items()]
    return RouteConfiguration(
        name="it",
        virtual_hosts=[
            VirtualHost(
                name=name,
                domains=[name],
                routes=[
                    Route(
                        match=RouteMatch(prefix="/"),
                        route=RouteAction(cluster="here"),
                        typed_per_filter_config={CORS_FILTER: pack(cors_policy(policy))} if policy else None,
                    )
                ],
            )
            for name, policy in hosts
        ],
    )


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoutedEnvoy]:
    with (
        echo_servers(["here"]) as echoes,
        envoy_before(
            echoes.ports, {"it": config()}, tmp_path_factory.mktemp("envoy"), (HttpFilter.CORS, HttpFilter.ROUTER)
        ) as running,
    ):
        yield running


def test_paths_are_made_normal(envoy: RoutedEnvoy) -> None:
    found = {path: envoy.send("it", Call(address="", port=80, host="a", path=path)) for path in PATHS}
    actual = {path: answer.echo["path"] if answer.status == 200 else answer.status for path, answer in found.items()}
    assert actual == {path: normal_path(MANAGER, path) for path in PATHS}


@pytest.mark.parametrize("host", POLICIES)
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
@pytest.mark.parametrize("origin", ["https://shop.example.com", "https://other.example.com", ""])
@pytest.mark.parametrize("asks", [{}, ASKS])
def test_preflights(envoy: RoutedEnvoy, host: str, method: str, origin: str, asks: dict[str, str]) -> None:
    headers = {**asks, **({"origin": origin} if origin else {})}
    call = Call(address="", port=80, host=host, method=method, headers=headers)
    answer, outcome = envoy.send("it", call), route_request(Resources(), config(), call)
    assert answer.status == 200
    assert (answer.body == "") == (outcome.kind is Kind.ANSWERED)
    if outcome.kind is Kind.ANSWERED:
        cors = {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}
        assert cors == outcome.answer_headers
