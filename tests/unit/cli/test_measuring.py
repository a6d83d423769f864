"""Answers and counters against an expectation."""

import pytest
from tests.unit.cli.test_expectation import PODS, RULE, V1, V2

from lateen.cli.counting import Tally
from lateen.cli.expectation import Expectation, OwnAnswer, Part
from lateen.cli.grouping import parse_grouping
from lateen.cli.measuring import UNEXPECTED, Measurement, judge
from lateen.cli.sending import Answer

FIRST, SECOND, OTHER = (V1, "10.0.0.1:80"), (V1, "10.0.0.2:80"), (V2, "10.0.0.3:80")
SPLIT = Expectation((Part(V1, 0.5, ("10.0.0.1:80", "10.0.0.2:80")), Part(V2, 0.5, ("10.0.0.3:80",))), config=RULE)


def answers(**counts: int) -> list[Answer]:
    """`_200=3` is three answers with status 200, `_0` none."""
    return [Answer(int(status[1:]), 1.0) for status, count in counts.items() for _ in range(count)]


def found(measured: Measurement) -> dict[str, int]:
    return {row.group: row.count for row in measured.comparison.rows}


def judged(
    sent: list[Answer], tally: Tally, expectation: Expectation | None = SPLIT, by: str = "version"
) -> Measurement:
    return judge(sent, parse_grouping(by), expectation, tally, PODS)


def test_versions_and_pods_are_counted_at_the_proxy() -> None:
    tally = Tally(tries={FIRST: 26, SECOND: 24, OTHER: 50})
    by_version = judged(answers(_200=100), tally)
    assert (found(by_version), by_version.comparison.agrees) == ({"v1": 50, "v2": 50}, True)
    assert found(judged(answers(_200=100), tally, by="pod")) == {"a_3": 50, "a_1": 26, "a_2": 24}


def test_a_version_that_gets_too_much_disagrees() -> None:
    assert judged(answers(_200=100), Tally(tries={FIRST: 90, OTHER: 10})).comparison.agrees is False


def test_requests_that_were_tried_again_count_once_and_pods_can_then_not_be_compared() -> None:
    tally = Tally(tries={FIRST: 60, SECOND: 20, OTHER: 50}, successes={FIRST: 10, SECOND: 40}, retries={V1: 30})
    by_version = judged(answers(_200=100), tally)
    assert (found(by_version), by_version.comparison.agrees) == ({"v1": 50, "v2": 50}, True)
    assert by_version.notes == ("30 times a request was tried again; each counts once, where it was answered",)
    by_pod = judged(answers(_200=100), tally, by="pod")
    assert by_pod.comparison.agrees is None
    assert by_pod.doubt == "requests were tried again, on pods of the balancer's choice"


def test_what_the_proxy_should_answer_itself_is_what_no_workload_got() -> None:
    abort = OwnAnswer(503, 0.5, "a fault")
    expectation = Expectation((Part(V2, 0.5, ("10.0.0.3:80",)),), (abort,))
    measured = judged(answers(_200=48, _503=52), Tally(tries={OTHER: 48}), expectation)
    assert (found(measured), measured.comparison.agrees) == ({abort.label: 52, "v2": 48}, True)
    # 503 by the workload is not the fault.
    workloads_own = judged(answers(_503=100), Tally(tries={OTHER: 100}), expectation)
    assert (found(workloads_own), workloads_own.comparison.agrees) == ({"v2": 100, abort.label: 0}, False)


def test_an_answer_by_the_proxy_that_no_rule_asks_for_disagrees() -> None:
    measured = judged(answers(_200=90, _503=10), Tally(tries={FIRST: 45, OTHER: 45}))
    assert found(measured)[UNEXPECTED] == 10
    assert measured.comparison.agrees is False


def test_requests_without_answer_are_no_answers_of_the_proxy() -> None:
    measured = judged(answers(_200=98, _0=2), Tally(tries={FIRST: 49, OTHER: 49}))
    assert found(measured) == {"v1": 49, "v2": 49}
    refused = judged(answers(_0=5), Tally(), Expectation((), (OwnAnswer(0, 1.0, "closed"),)))
    assert (found(refused), refused.comparison.agrees) == ({"no answer by the proxy (closed)": 5}, True)


def test_requests_of_others_are_spoken_of() -> None:
    measured = judged(answers(_200=10), Tally(tries={FIRST: 10, OTHER: 12}))
    assert measured.notes == ("12 requests of other callers went through the same proxy, and are among the counted",)
    hop = judge(
        answers(_200=10), parse_grouping("version"), SPLIT, Tally(tries={FIRST: 10, OTHER: 12}), PODS, direct=False
    )
    assert hop.notes == ()


def test_pods_that_are_set_aside_are_named() -> None:
    tally = Tally(tries={FIRST: 50, OTHER: 50}, ejected=frozenset({"10.0.0.2:80"}))
    assert judged(answers(_200=100), tally).notes == ("a_2 is set aside by outlier detection",)


@pytest.mark.parametrize(
    ("groups", "agrees"),
    [
        (["v1", "v2"], True),
        (["a-v1", "a-v2"], True),
        (["a_1", "a_1", "a_2", "a_3"], False),
        (["black", "red"], None),
    ],
)
def test_groups_found_in_answers_may_be_versions_deployments_or_pods(groups: list[str], agrees: bool | None) -> None:
    sent = [Answer(200, 1.0, {"x": group}) for group in groups for _ in range(400 // len(groups))]
    measured = judged(sent, Tally(), by="header:x")
    assert measured.comparison.agrees is agrees
    if agrees is None:
        assert measured.doubt == "the rules speak of versions (v1, v2), deployments and pods, not of these groups"


@pytest.mark.parametrize("groups", [("v1", "v2"), ("a-v1", "a-v2"), ("a_1", "a_3")])
def test_a_version_that_the_rules_do_not_name_must_not_answer(groups: tuple[str, str]) -> None:
    expectation = Expectation((Part(V1, 1.0, ("10.0.0.1:80",)),), unasked=("10.0.0.2:80", "10.0.0.3:80"))
    for strange, agrees in ((0, True), (1, False)):
        sent = [Answer(200, 1.0, {}, groups[strange and n == 0]) for n in range(50)]
        measured = judged(sent, Tally(), expectation, by="regex:.*")
        assert (measured.comparison.agrees, measured.doubt) == (agrees, "")


def test_in_answers_the_proxys_own_are_told_by_their_status() -> None:
    expectation = Expectation((Part(V2, 0.5, ("10.0.0.3:80",)),), (OwnAnswer(503, 0.5, "a fault"),))
    sent = [*answers(_503=50), *[Answer(200, 1.0, {}, "v2")] * 49, Answer(200, 1.0)]
    assert found(judged(sent, Tally(), expectation, by="regex:v.")) == {
        "503 by the proxy (a fault)": 50,
        "v2": 49,
        "(no match)": 1,
    }


def test_what_nobody_decides_is_counted_and_not_compared() -> None:
    nobody = judged([Answer(200, 1.0, {"x": "a"})], Tally(), None, by="header:x")
    assert (found(nobody), nobody.comparison.agrees) == ({"a": 1}, None)
    assert judged(answers(_200=1), Tally(), None).comparison.rows == ()
    assert judged(answers(_0=3), Tally()).doubt == "no request got far enough to be counted"
