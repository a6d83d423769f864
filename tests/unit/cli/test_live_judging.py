"""What is made of what was seen of a case in a running mesh."""

import msgspec
import pytest

from lateen.cli.counting import Tally
from lateen.cli.expectation import Workloads
from lateen.cli.live_caller import LiveCaller
from lateen.cli.live_judging import Seen, judge
from lateen.cli.live_log import Logged
from lateen.cli.live_sending import Sent
from lateen.cli.sending import Answer
from lateen.explain.case import Case, parse_cases
from lateen.explain.check import Checked
from lateen.explain.result import (
    Abort,
    Asked,
    Caller,
    ClusterShare,
    EndpointView,
    Explanation,
    Fault,
    MirrorShare,
    Request,
    Sticky,
    Verdict,
)

V1, V2 = (f"outbound|9080|{subset}|reviews.default.svc.cluster.local" for subset in ("v1", "v2"))
ONE, TWO = "10.0.0.1:9080", "10.0.0.2:9080"
PODS = Workloads({f"10.0.0.{n}": {"metadata": {"name": f"reviews-v{n}-x"}} for n in (1, 2)})


def endpoint(cluster: str, place: str) -> EndpointView:
    address, _, port = place.rpartition(":")
    return EndpointView(
        cluster=cluster, address=address, port=int(port), weight=1, priority=0, locality="", healthy=True
    )


PREDICTED = Explanation(
    call=Asked(method="GET", url="http://reviews:9080/a", address="10.96.0.1", port=9080),
    caller=Caller(name="sleep", namespace="default", labels={}, proxy="sidecar", assumed=False),
    verdict=Verdict.FORWARD,
    clusters=(ClusterShare(name=V1, share=0.5), ClusterShare(name=V2, share=0.5)),
    endpoints=(endpoint(V1, ONE), endpoint(V2, TWO)),
    request=Request(method="GET", authority="reviews:9080", path="/a"),
)


def case(expect: str = "{}", more: str = "") -> Case:
    (found,), _, problems = parse_cases(
        f"- {{call: 'GET http://reviews:9080/a', expect: {expect}{more}}}", "cases.yaml"
    )
    assert problems == []
    return found


def judged(
    seen: Seen, predicted: Explanation = PREDICTED, statuses: dict[int, int] | None = None, wanted: Case | None = None
) -> Checked:
    answers = [Answer(status, 1.0, {}) for status, n in (statuses or {200: 100}).items() for _ in range(n)]
    caller = LiveCaller({"metadata": {"name": "sleep"}})
    return judge(Sent(wanted or case(), predicted, caller, (), "ab", answers, Tally()), seen, PODS)


def keys(checked: Checked) -> list[str]:
    return [each.key for each in checked.differences]


HALVES = Seen({(V1, ONE): 47, (V2, TWO): 53})


def test_what_is_as_expected_within_chance_passes() -> None:
    assert judged(HALVES, wanted=case("{clusters: {v1: 0.5, v2: 0.5}}")).passed
    assert judged(HALVES, wanted=case(more=", reaches: [v1, v2]")).passed


def test_an_expectation_that_neither_rules_nor_mesh_meet_is_told_once() -> None:
    checked = judged(HALVES, wanted=case("{clusters: {v1: 0.9, v2: 0.1}}"))
    assert keys(checked) == ["clusters"]
    assert "50%" in checked.differences[0].actual


def test_a_mesh_that_splits_otherwise_than_it_was_told_fails_without_any_expectation() -> None:
    (found,) = judged(Seen({(V1, ONE): 90, (V2, TWO): 10})).differences
    assert (found.key, found.expected.split("\n")[0], found.actual.split("\n")[0]) == (
        "clusters",
        f"50% {V1}",
        f"90% {V1}",
    )


def test_a_hash_sends_requests_that_are_alike_all_one_way() -> None:
    known = msgspec.structs.replace(PREDICTED, sticky=Sticky(by=("header x-user",), cluster=V2))
    assert judged(Seen({(V2, TWO): 100}), known).passed
    assert keys(judged(HALVES, known)) == ["clusters"]
    unknown = msgspec.structs.replace(PREDICTED, sticky=Sticky(by=("source address",)))
    assert judged(Seen({(V1, ONE): 100}), unknown).passed


def test_never_is_about_what_was_seen_too() -> None:
    predicted = msgspec.structs.replace(PREDICTED, clusters=(ClusterShare(name=V1, share=1.0),))
    checked = judged(Seen({(V1, ONE): 99, (V2, TWO): 1}), predicted, wanted=case(more=", never_reaches: v2"))
    assert set(keys(checked)) == {"clusters", "never_reaches"}


def test_an_endpoint_that_nobody_named() -> None:
    (found,) = judged(Seen({(V1, ONE): 25, (V1, TWO): 25, (V2, TWO): 50})).differences
    assert (found.key, found.actual) == ("endpoints", "reviews-v2-x")


def test_failures_of_the_callee_are_failures() -> None:
    flagged = Logged("ab", V1, ONE, "reviews:9080", "UF")
    seen = Seen({(V1, ONE): 50, (V2, TWO): 50}, logged=[flagged])
    (found,) = judged(seen, statuses={503: 1, 200: 99}).differences
    assert (found.key, found.actual) == ("verdict", "the proxy: 1 × 503 (1 × UF)")


def test_failures_of_the_callees_proxy_are_failures() -> None:
    (found,) = judged(Seen(HALVES.places, arrived=[Logged("ab", "x", ONE, "reviews:9080", "UF")])).differences
    assert found.key == "verdict"


def test_without_logs_a_gateway_error_is_taken_for_a_proxys() -> None:
    assert keys(judged(HALVES, statuses={503: 100})) == ["verdict"]
    known = Seen(HALVES.places, logged=[Logged("ab", V1, ONE, "reviews:9080", "")])
    assert judged(known, statuses={503: 100}).passed


def test_answers_that_no_endpoint_gave() -> None:
    checked = judged(Seen({}), statuses={404: 100}, wanted=case("{verdict: forward}"))
    (found,) = checked.differences
    assert (found.key, found.expected, found.actual) == ("verdict", "forward", "not_found")


def test_no_answers_at_all() -> None:
    answers = [Answer(0, 1.0, error="timeout")] * 3
    checked = judge(Sent(case(), PREDICTED, LiveCaller({}), (), "", answers, Tally()), Seen({}), PODS)
    assert [(each.key, each.actual) for each in checked.differences] == [("answer", "none in 3 of 3 requests: timeout")]


def connections(*came: bool, to: Seen, predicted: Explanation = PREDICTED, url: str = "tcp://reviews:9080") -> Checked:
    """The outcome of connections, of which some came about."""
    answers = [Answer(0, 1.0, error="" if each else "connection closed", opened=each) for each in came]
    (wanted,), _, _ = parse_cases(f"- {{call: '{url}'}}", "cases.yaml")
    plain = msgspec.structs.replace(predicted, request=None)
    return judge(Sent(wanted, plain, LiveCaller({}), (), "", answers, Tally()), to, PODS)


def test_connections_count_like_requests() -> None:
    both = Seen({(V1, ONE): 1, (V2, TWO): 1})
    assert connections(True, True, to=both).passed
    (nowhere,) = connections(True, True, to=Seen({})).differences
    assert (nowhere.key, nowhere.actual) == ("verdict", "the proxy: 2 × connection")
    (closed,) = connections(False, False, to=Seen({})).differences
    assert (closed.key, closed.actual) == ("connection", "none in 2 of 2 tries: connection closed")


def test_what_servers_do_with_a_line_they_do_not_know_is_their_own() -> None:
    both = Seen({(V1, ONE): 1, (V2, TWO): 1})
    assert connections(False, True, to=both).passed
    assert keys(connections(False, True, to=both, url="tls://reviews:9080")) == ["connection"]


def test_connections_that_nobody_is_to_take() -> None:
    nobody = msgspec.structs.replace(PREDICTED, clusters=(), endpoints=())
    black_hole = msgspec.structs.replace(nobody, verdict=Verdict.BLACK_HOLE)
    outside = msgspec.structs.replace(PREDICTED, verdict=Verdict.PASSTHROUGH, clusters=())
    for predicted in (nobody, black_hole):
        assert connections(False, to=Seen({}), predicted=predicted).passed
        assert keys(connections(True, to=Seen({}), predicted=predicted)) == ["verdict"]
    assert connections(True, to=Seen({}), predicted=outside).passed


def test_requests_that_a_fault_takes_are_no_failures() -> None:
    fault = Fault(abort=Abort(share=0.5, status=503))
    predicted = msgspec.structs.replace(PREDICTED, fault=fault)
    aborted = Logged("ab", "", "", "reviews:9080", "FI")
    seen = Seen({(V1, ONE): 25, (V2, TWO): 25}, logged=[aborted] * 50)
    assert judged(seen, predicted, {200: 50, 503: 50}).passed


@pytest.mark.parametrize(
    ("statuses", "location", "expected"),
    [
        ({301: 5}, "http://b/", []),
        ({302: 5}, "http://b/", ["status"]),
        ({301: 5}, "http://c/", ["location"]),
    ],
)
def test_redirects(statuses: dict[int, int], location: str, expected: list[str]) -> None:
    predicted = msgspec.structs.replace(
        PREDICTED, verdict=Verdict.REDIRECT, status=301, location="http://b/", clusters=(), endpoints=(), request=None
    )
    ((status, n),) = statuses.items()
    answers = [Answer(status, 1.0, {"location": location})] * n
    sent = Sent(case("{status: 301}"), predicted, LiveCaller({}), (), "ab", answers, Tally())
    assert keys(judge(sent, Seen({}), PODS)) == expected


def test_the_request_as_the_callee_has_it() -> None:
    arrived = [Logged("ab", "inbound|9080||", ONE, "other:9080", ""), Logged("ab", "x", ONE, "reviews-shadow:9080", "")]
    seen = Seen(HALVES.places, arrived=arrived, paths=frozenset({"/b"}))
    checked = judged(seen, wanted=case("{request: {path: /a, authority: 'reviews:9080'}}"))
    assert {each.key: each.actual for each in checked.differences} == {
        "request.authority": "other:9080",
        "request.path": "/b",
    }


def test_what_refuses_connections_may_not_answer() -> None:
    predicted = msgspec.structs.replace(PREDICTED, verdict=Verdict.NO_LISTENER, clusters=(), endpoints=(), request=None)
    assert judged(Seen({}), predicted, {0: 5}).passed
    assert keys(judged(Seen({}), predicted, {200: 5})) == ["verdict"]


def test_copies_are_not_counted_where_proxies_keep_no_logs() -> None:
    predicted = msgspec.structs.replace(
        PREDICTED, clusters=(ClusterShare(name=V1, share=1.0),), mirrors=(MirrorShare(cluster=V2, share=1.0),)
    )
    tally = Tally(tries={(V1, ONE): 5, (V2, TWO): 5})
    sent = Sent(case(), predicted, LiveCaller({}), (), "", [Answer(200, 1.0)] * 5, tally)
    assert sent.places([]) == {(V1, ONE): 5}
