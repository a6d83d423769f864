"""What can never happen on a delta ADS stream, whatever comes in whichever order."""

from collections import deque
from typing import Any

from envoy.service.discovery.v3 import discovery_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.envoy_resources import config
from tests.support.xds_client import Refuses, XdsClient

from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE
from lateen.xds.delta import Action, DeltaStream, Send, Target
from lateen.xds.response import Press

PATIENCE = 5.0
CLUSTERS = ("a", "b", "c")
Spec = tuple[dict[str, int], dict[str, int], dict[str, tuple[str, ...]], bool]


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    """A consistent configuration: routes name clusters that exist."""
    clusters = draw(st.dictionaries(st.sampled_from(CLUSTERS), st.integers(0, 2)))
    ports = {name: draw(st.integers(80, 82)) for name in clusters}
    names = st.lists(st.sampled_from(sorted(clusters)), unique=True).map(tuple) if clusters else st.just(())
    return clusters, ports, draw(st.dictionaries(st.sampled_from(("r1", "r2")), names)), draw(st.booleans())


def target_of(version: int, spec: Spec) -> Target:
    clusters, ports, routes, split = spec
    listeners = {f"l{name}": name for name in routes} if split else ({"l": min(routes)} if routes else {})
    return config(version, clusters, routes, listeners, ports)


CONFIG = st.tuples(st.just("config"), specs())
OTHER = st.tuples(st.sampled_from(("client", "client", "server", "server", "settle", "time", "reconnect")), st.none())
ROUND = st.tuples(CONFIG, OTHER, OTHER, OTHER, OTHER).map(list)
OPERATIONS = st.lists(ROUND, max_size=8).map(lambda rounds: [operation for turn in rounds for operation in turn])


LINGER = st.sampled_from((0.0, 7.0))


class World:
    """A server and a client, and what is under way between them."""

    def __init__(self, refuses: Refuses | None = None, linger: float = 0.0) -> None:
        self.press = Press()
        self.linger = linger
        self.idle = 0
        """Deadlines passed in a row without a message; Envoy waits for endpoints for as long as three of them."""
        self.expired = False
        self.client = XdsClient(refuses=refuses or (lambda *_: False))
        self.now = 0.0
        self.version = 1
        self.spec: Spec = ({}, {}, {}, False)
        self.newest = target_of(1, self.spec)
        self.sent = 0
        self.reconnect()
        self.patient = refuses is None
        """Whether a route may only name clusters whose endpoints have come; not when a step was cut short."""

    def reconnect(self) -> None:
        self.patient = False
        self.stream = DeltaStream(self.press, PATIENCE, self.linger)
        self.stream.on_config(self.newest, self.now)
        self.inbox: deque[bytes] = deque()
        self.client.connect()

    def configure(self, spec: Spec) -> None:
        self.version += 1
        self.spec = spec
        self.newest = target_of(self.version, spec)
        self._put(self.stream.on_config(self.newest, self.now))

    def serve(self) -> None:
        if self.client.outbox:
            request = self.client.outbox.popleft()
            received = discovery_pb2.DeltaDiscoveryRequest.FromString(request.SerializeToString())
            self._put(self.stream.on_request(received, self.now))

    def receive(self) -> None:
        if self.inbox:
            self.idle = 0
            self.client.receive(self.inbox.popleft())
            assert not self.client.dangling()
            assert not self.patient or not self.client.dangling(warm=True)

    def wait(self) -> None:
        self.patient = False
        self.idle += 1
        if self.idle >= 3:
            self.expired = self.expired or bool(self.client.warming)
            self.client.stop_warming()
        self.now += PATIENCE
        self._put(self.stream.on_time(self.now))

    def drain(self) -> None:
        for _ in range(500):
            if not self.client.outbox and not self.inbox and self.stream.settled:
                if not self.stream.lingers:
                    return
                self.now = self.stream.deadline
                self._put(self.stream.on_time(self.now))
                continue
            if not self.client.outbox and not self.inbox:
                self.wait()
            self.serve()
            self.receive()
        raise AssertionError("the conversation does not end")

    def _put(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Send):
                self.sent += bool(action.delta.parts or action.delta.removed)
                self.inbox.append(action.body)

    def step(self, operation: tuple[str, Any]) -> None:
        match operation:
            case ("config", spec):
                self.configure(spec)
            case ("client", _):
                self.receive()
            case ("server", _):
                self.serve()
            case ("settle", _):
                self.drain()
            case ("time", _):
                self.wait()
            case ("reconnect", _):
                self.reconnect()

    def wanted(self, type_url: str) -> dict[str, str]:
        """What the client should hold."""
        subscribed = self.client.subscribed.get(type_url)
        resources = {n: r for sheet in self.newest.sheets[type_url] for n, r in sheet.resources.items()}
        return {n: r.version for n, r in resources.items() if subscribed is None or n in subscribed}


@given(OPERATIONS, LINGER)
@settings(max_examples=300, deadline=None)
def test_no_route_names_a_cluster_that_the_client_lacks(operations: list[tuple[str, Any]], linger: float) -> None:
    world = World(linger=linger)
    for operation in operations:
        world.step(operation)
    world.drain()
    for type_url in (CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE):
        assert world.client.held(type_url) == world.wanted(type_url)
    disturbed = ("reconnect", None) in operations or ("time", None) in operations
    assert disturbed or not world.expired, "a changed cluster waits for endpoints that nobody sends"


@given(OPERATIONS, specs(), LINGER)
@settings(max_examples=150, deadline=None)
def test_nothing_is_sent_when_nothing_changed(operations: list[tuple[str, Any]], last: Spec, linger: float) -> None:
    world = World(linger=linger)
    for operation in [*operations, ("config", last)]:
        world.step(operation)
    world.drain()
    before = world.sent
    world.configure(last)
    world.drain()
    assert world.sent == before
    world.reconnect()
    world.drain()
    assert world.sent == before, "a new control plane with the same configuration has nothing to say"


@given(OPERATIONS, st.sets(st.tuples(st.sampled_from("celr"), st.sampled_from("abc12")), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_refused_resources_block_nothing_else(operations: list[tuple[str, Any]], bad: set[tuple[str, str]]) -> None:
    def refuses(type_url: str, resource: discovery_pb2.Resource) -> bool:
        kind = {CLUSTER_TYPE: "c", ENDPOINT_TYPE: "e", LISTENER_TYPE: "l", ROUTE_TYPE: "r"}[type_url]
        return any(kind == bad_kind and mark in resource.name + resource.version[1:] for bad_kind, mark in bad)

    world = World(refuses)
    for operation in operations:
        world.step(operation)
    world.drain()
    for type_url in (CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE):
        held, wanted = world.client.held(type_url), world.wanted(type_url)
        subscription = world.stream.subscriptions.get(type_url)
        rejected = set(subscription.rejected) if subscription else set()
        assert {n: v for n, v in wanted.items() if n not in rejected and held.get(n) != v} == {}
        assert all(refuses(type_url, _resource(world, type_url, name)) for name in rejected & wanted.keys())
    before = world.sent
    world.configure(world.spec)
    world.drain()
    assert world.sent == before, "refused bytes are not sent again"


def _resource(world: World, type_url: str, name: str) -> discovery_pb2.Resource:
    return discovery_pb2.Resource(name=name, version=world.wanted(type_url)[name])
