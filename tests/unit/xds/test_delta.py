from envoy.service.discovery.v3 import discovery_pb2
from tests.support.envoy_resources import config

from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE
from lateen.xds.delta import Action, DeltaStream, Refused, Send, Target
from lateen.xds.resource_type import abbreviation
from lateen.xds.response import Press

PATIENCE = 5.0


class Dialogue:
    """A stream, and the last response of each type."""

    def __init__(self, target: Target | None = None, linger: float = 0.0) -> None:
        self.stream = DeltaStream(Press(), PATIENCE, linger)
        self.last: dict[str, discovery_pb2.DeltaDiscoveryResponse] = {}
        self.refusals: list[Refused] = []
        self.now = 0.0
        if target:
            self.stream.on_config(target, self.now)

    def _note(self, actions: list[Action]) -> list[str]:
        said = []
        for action in actions:
            if isinstance(action, Send):
                response = discovery_pb2.DeltaDiscoveryResponse.FromString(action.body)
                self.last[action.type_url] = response
                names = [resource.name for resource in response.resources]
                removed = [f"-{name}" for name in response.removed_resources]
                said.append(" ".join([abbreviation(action.type_url), *sorted(names), *removed]))
            else:
                self.refusals.append(action)
        return said

    def ask(
        self, type_url: str, *names: str, without: tuple[str, ...] = (), held: dict[str, str] | None = None
    ) -> list[str]:
        request = discovery_pb2.DeltaDiscoveryRequest(
            type_url=type_url,
            resource_names_subscribe=names,
            resource_names_unsubscribe=without,
            initial_resource_versions=held or {},
        )
        return self._note(self.stream.on_request(request, self.now))

    def ack(self, type_url: str, error: str = "") -> list[str]:
        request = discovery_pb2.DeltaDiscoveryRequest(type_url=type_url, response_nonce=self.last[type_url].nonce)
        if error:
            request.error_detail.message = error
        return self._note(self.stream.on_request(request, self.now))

    def config(self, target: Target) -> list[str]:
        return self._note(self.stream.on_config(target, self.now))

    def wait(self, seconds: float = PATIENCE) -> list[str]:
        self.now += seconds
        return self._note(self.stream.on_time(self.now))


def connected(target: Target, endpoints: tuple[str, ...], routes: tuple[str, ...], linger: float = 0.0) -> Dialogue:
    """A client that has everything of `target`."""
    dialogue = Dialogue(target, linger)
    dialogue.ask(CLUSTER_TYPE)
    dialogue.ack(CLUSTER_TYPE)
    if endpoints:
        dialogue.ask(ENDPOINT_TYPE, *endpoints)
        dialogue.ack(ENDPOINT_TYPE)
    dialogue.ask(LISTENER_TYPE)
    dialogue.ack(LISTENER_TYPE)
    dialogue.ask(ROUTE_TYPE, *routes)
    dialogue.ack(ROUTE_TYPE)
    assert dialogue.stream.settled
    return dialogue


OLD = config(1, {"a": 0}, {"r": ["a"]}, {"l": "r"})
NEW = config(2, {"b": 0}, {"r": ["b"]}, {"l": "r"})


def test_a_first_empty_request_means_everything_for_clusters_and_nothing_for_endpoints() -> None:
    dialogue = Dialogue(OLD)
    assert dialogue.ask(CLUSTER_TYPE) == ["CDS a"]
    assert dialogue.ask(ENDPOINT_TYPE) == []


def test_the_explicit_wildcard_means_everything() -> None:
    assert Dialogue(OLD).ask(CLUSTER_TYPE, "*") == ["CDS a"]


def test_a_wildcard_without_resources_is_answered_because_envoy_waits_for_it() -> None:
    assert Dialogue(config(1)).ask(CLUSTER_TYPE) == ["CDS"]


def test_a_name_that_does_not_exist_is_said_to_be_removed() -> None:
    assert Dialogue(OLD).ask(ENDPOINT_TYPE, "a", "nobody") == ["EDS a -nobody"]


def test_a_name_that_comes_to_exist_later_is_sent() -> None:
    dialogue = connected(OLD, ("a", "b"), ("r",))
    dialogue.config(NEW)
    assert [resource.name for resource in dialogue.last[ENDPOINT_TYPE].resources] == ["b"]


def test_a_name_asked_for_again_is_sent_again() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    assert dialogue.ask(ENDPOINT_TYPE, "a") == ["EDS a"]
    dialogue.ack(ENDPOINT_TYPE)
    assert dialogue.ask(ENDPOINT_TYPE, "a", without=("a",)) == ["EDS a"]


def test_what_is_unsubscribed_is_not_sent() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    dialogue.ask(ENDPOINT_TYPE, without=("a",))
    assert dialogue.config(config(2, {"a": 0}, {"r": ["a"]}, {"l": "r"}, {"a": 81})) == []


def test_clusters_come_before_routes_and_go_after_them() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    assert dialogue.config(NEW) == ["CDS b"]
    assert dialogue.ack(CLUSTER_TYPE) == []
    assert dialogue.ask(ENDPOINT_TYPE, "b") == ["EDS b"]
    assert dialogue.ack(ENDPOINT_TYPE) == ["RDS r"]
    assert dialogue.ack(ROUTE_TYPE) == ["CDS -a"]
    assert dialogue.ask(ENDPOINT_TYPE, without=("a",)) == []
    assert dialogue.ack(CLUSTER_TYPE) == []
    assert dialogue.stream.settled


def test_a_changed_cluster_gets_its_endpoints_again() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    # At once: Envoy acknowledges a changed cluster only when it is warm, and warms it with endpoints sent after it.
    assert dialogue.config(config(2, {"a": 1}, {"r": ["a"]}, {"l": "r"})) == ["CDS a", "EDS a"]
    assert dialogue.ack(ENDPOINT_TYPE) == []
    assert dialogue.ack(CLUSTER_TYPE) == []
    assert dialogue.stream.settled


def test_endpoints_alone_are_sent_at_once() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    assert dialogue.config(config(2, {"a": 0}, {"r": ["a"]}, {"l": "r"}, {"a": 81})) == ["EDS a"]


def test_a_silent_client_holds_nothing_up_for_longer_than_the_deadline() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    assert dialogue.config(NEW) == ["CDS b"]
    assert dialogue.wait() == []
    assert dialogue.wait() == ["RDS r"]
    assert dialogue.wait() == []
    assert not dialogue.stream.settled


def test_a_late_ack_brings_the_removal_that_was_put_off() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    dialogue.config(NEW)
    for _ in range(3):
        dialogue.wait()
    dialogue.ack(CLUSTER_TYPE)
    assert dialogue.ack(ROUTE_TYPE) == ["CDS -a"]


def test_of_several_configurations_in_between_only_the_newest_counts() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    dialogue.config(config(2, {"a": 1}, {"r": ["a"]}, {"l": "r"}))
    assert dialogue.config(config(3, {"a": 2}, {"r": ["a"]}, {"l": "r"})) == []
    assert dialogue.config(config(4, {"a": 3}, {"r": ["a"]}, {"l": "r"})) == []
    assert dialogue.ack(CLUSTER_TYPE) == []
    assert dialogue.ack(ENDPOINT_TYPE) == ["CDS a", "EDS a"]
    assert [resource.version for resource in dialogue.last[CLUSTER_TYPE].resources] == ["c3"]


def test_a_reconnecting_client_is_sent_only_what_differs() -> None:
    dialogue = Dialogue(OLD)
    assert dialogue.ask(CLUSTER_TYPE, held={"a": "c0", "gone": "c0"}) == []
    assert dialogue.ask(ENDPOINT_TYPE, "a", held={"a": "e79"}) == ["EDS a"]
    assert dialogue.ask(LISTENER_TYPE, held={"l": "lr"}) == []
    dialogue.ack(ENDPOINT_TYPE)
    assert dialogue.ask(ROUTE_TYPE, "r", held={"r": "ra"}) == ["CDS -gone"]


def test_a_refused_cluster_is_not_sent_again_until_it_changes() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    bad = {"a": 0, "b": 7}
    dialogue.config(config(2, bad, {"r": ["a"]}, {"l": "r"}))
    dialogue.ack(CLUSTER_TYPE, "Error adding/updating cluster(s) b: no good")
    assert [refusal.names for refusal in dialogue.refusals] == [frozenset("b")]
    assert dialogue.config(config(3, bad, {"r": ["a"]}, {"l": "r"})) == []
    assert dialogue.config(config(4, {"a": 0, "b": 8}, {"r": ["a"]}, {"l": "r"})) == ["CDS b"]


def test_clusters_stay_while_the_routes_that_dropped_them_are_refused() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    dialogue.config(NEW)
    dialogue.ack(CLUSTER_TYPE)
    dialogue.ask(ENDPOINT_TYPE, "b")
    dialogue.ack(ENDPOINT_TYPE)
    assert dialogue.ack(ROUTE_TYPE, "no good") == []
    assert dialogue.stream.settled
    assert dialogue.config(config(3, {"b": 0, "c": 0}, {"r": ["b", "b"]}, {"l": "r"})) == ["CDS c"]
    dialogue.ack(CLUSTER_TYPE)
    dialogue.ask(ENDPOINT_TYPE, "c")
    assert dialogue.ack(ENDPOINT_TYPE) == ["RDS r"]
    assert dialogue.ack(ROUTE_TYPE) == ["CDS -a"]


def test_the_culprit_that_a_nack_does_not_name_is_found_by_halves() -> None:
    names = tuple("abcd")
    dialogue = Dialogue(config(1, dict.fromkeys(names, 0)))
    assert dialogue.ask(ENDPOINT_TYPE, *names) == ["EDS a b c d"]
    first, second = dialogue.ack(ENDPOINT_TYPE, "constraint violated")
    assert {first, second} == {"EDS a c", "EDS b d"}
    assert dialogue.ack(ENDPOINT_TYPE, "constraint violated") == ["EDS b", "EDS d"]
    dialogue.ack(ENDPOINT_TYPE, "constraint violated")
    assert set(dialogue.stream.subscriptions[ENDPOINT_TYPE].rejected) == {"d"}


def test_an_answer_to_an_unknown_nonce_is_ignored() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    dialogue.last[CLUSTER_TYPE].nonce = "stale"
    assert dialogue.ack(CLUSTER_TYPE, "whatever") == []
    assert dialogue.refusals == []


def test_streams_that_are_told_the_same_get_the_same_bytes() -> None:
    press = Press()
    first, second = (DeltaStream(press) for _ in range(2))
    request = discovery_pb2.DeltaDiscoveryRequest(type_url=CLUSTER_TYPE)
    bodies = []
    for stream in (first, second):
        stream.on_config(OLD, 0)
        [action] = stream.on_request(request, 0)
        assert isinstance(action, Send)
        bodies.append(action.body)
    assert bodies[0] is bodies[1]


def test_a_client_that_answers_nothing_is_given_up() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    for turn in range(250):
        dialogue.config(config(turn + 2, {"a": turn + 1}, {"r": ["a"]}, {"l": "r"}))
        while dialogue.stream.deadline < float("inf"):
            dialogue.wait()
    assert dialogue.stream.stuck


def test_secrets_are_sent_to_who_names_them_and_changed_ones_before_the_listeners_that_use_them() -> None:
    dialogue = connected(config(1, {}, {"r": ()}, {"l": "r"}, secrets={"a": "1", "b": "1"}), (), ("r",))
    assert dialogue.ask(SECRET_TYPE, "a") == ["SDS a"]
    dialogue.ack(SECRET_TYPE)
    assert dialogue.stream.settled
    assert dialogue.config(config(2, {}, {"r": ()}, {"l": "r"}, secrets={"a": "2", "b": "2"})) == ["SDS a"]
    dialogue.ack(SECRET_TYPE)
    later = config(3, {}, {"r": (), "q": ()}, {"l": "r", "m": "q"}, secrets={"a": "3", "c": "1"})
    assert dialogue.config(later) == ["SDS a", "LDS m"]
    assert dialogue.ask(SECRET_TYPE, "c") == ["SDS c"]


def test_a_secret_that_does_not_exist_is_answered_too() -> None:
    dialogue = connected(config(1, {}, {"r": ()}, {"l": "r"}), (), ("r",))
    assert dialogue.ask(SECRET_TYPE, "a") == ["SDS -a"]


def test_no_key_is_in_a_representation() -> None:
    target = config(1, secrets={"a": "the-key"})
    stream = DeltaStream(Press(), PATIENCE)
    stream.on_config(target, 0.0)
    request = discovery_pb2.DeltaDiscoveryRequest(type_url=SECRET_TYPE, resource_names_subscribe=["a"])
    (sent,) = stream.on_request(request, 0.0)
    assert isinstance(sent, Send)
    assert b"the-key" in sent.body
    assert "the-key" not in repr(sent)
    assert "the-key" not in repr(target.sheets[SECRET_TYPE][0].resources)


def test_a_cluster_that_was_dropped_before_its_refusal_came_is_sent_again_when_it_comes_back() -> None:
    dialogue = connected(OLD, ("a",), ("r",))
    assert dialogue.config(NEW) == ["CDS b"]
    for _ in range(4):
        dialogue.wait()
    dialogue.config(config(3, {"a": 0}, {"r": ["a"]}, {"l": "r"}))
    for _ in range(4):
        dialogue.wait()
    dialogue.ack(CLUSTER_TYPE, "Error adding/updating cluster(s) b: no good")
    assert "CDS b" in dialogue.config(config(4, {"a": 0, "b": 0}, {"r": ["a"]}, {"l": "r"}))


def lingering() -> Dialogue:
    """A client whose routes have just left cluster `a`, which may stay for ten seconds."""
    dialogue = connected(OLD, ("a", "b"), ("r",), linger=10.0)
    dialogue.config(NEW)
    dialogue.ack(CLUSTER_TYPE)
    dialogue.ack(ENDPOINT_TYPE)
    assert dialogue.ack(ROUTE_TYPE) == []
    assert (dialogue.stream.settled, dialogue.stream.lingers) == (True, True)
    return dialogue


def test_a_cluster_that_is_no_longer_used_stays_for_a_while() -> None:
    dialogue = lingering()
    assert dialogue.wait(9.9) == []
    assert dialogue.wait(0.2) == ["CDS -a"]
    assert dialogue.ack(CLUSTER_TYPE) == ["EDS -a"]
    dialogue.ack(ENDPOINT_TYPE)
    assert (dialogue.stream.settled, dialogue.stream.lingers) == (True, False)


def test_each_cluster_has_its_own_time() -> None:
    dialogue = lingering()
    dialogue.wait(5)
    dialogue.config(config(3, {"c": 0}, {"r": ["c"]}, {"l": "r"}))
    dialogue.ack(CLUSTER_TYPE)
    dialogue.ask(ENDPOINT_TYPE, "c")
    dialogue.ack(ENDPOINT_TYPE)
    assert dialogue.ack(ROUTE_TYPE) == []
    assert dialogue.wait(5.1) == ["CDS -a"]
    dialogue.ack(CLUSTER_TYPE)
    assert dialogue.wait(5) == ["CDS -b"]


def test_a_cluster_that_comes_back_in_time_was_never_away() -> None:
    dialogue = lingering()
    assert dialogue.config(config(3, {"a": 0, "b": 0}, {"r": ["a"]}, {"l": "r"})) == ["RDS r"]
    dialogue.ack(ROUTE_TYPE)
    assert (dialogue.wait(20), dialogue.stream.lingers) == ([], False)
