import pytest

from lateen.explain.case import parse_cases
from lateen.simulation.call import Protocol

FILE = """
from: productpage-v1
headers: {x: 1}
cases:
- name: jason
  call: POST http://reviews:9080/reviews/1
  headers: {end-user: jason}
  expect: {verdict: forward}
  never_reaches: v3
- call: tcp://mysql:3306
  from: sleep
  reaches: [mysql, other]
  tolerance: 0.1
"""


def test_a_file_with_defaults() -> None:
    cases, others, problems = parse_cases(FILE, "cases.yaml")
    assert (others, problems) == ([], [])
    first, second = cases
    assert (first.name, first.caller, first.question.method) == ("jason", "productpage-v1", "POST")
    assert (first.question.headers, first.expectation.never_reaches) == ({"end-user": "jason"}, ("v3",))
    assert str(first.origin) == "cases.yaml:5"
    assert (second.name, second.caller, second.question.protocol) == ("tcp://mysql:3306", "sleep", Protocol.TCP)
    assert (second.question.headers, second.expectation.tolerance) == ({"x": "1"}, 0.1)


def test_a_list_alone() -> None:
    cases, _, problems = parse_cases("- call: http://a/\n- call: http://b/\n", "c.yaml")
    assert ([case.question.host for case in cases], problems) == (["a", "b"], [])


def problems_in(text: str) -> list[str]:
    return [str(each) for each in parse_cases(text, "c.yaml")[2]]


def test_mistakes_spare_the_other_cases() -> None:
    cases, _, problems = parse_cases("- call: gopher://a/\n- {call: http://ok/}\n- {name: none}\n", "c.yaml")
    assert [case.question.host for case in cases] == ["ok"]
    assert [each.origin.line for each in problems] == [1, 3]


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("expects: {}", 'c.yaml:2: there is no key "expects": did you mean expect?'),
        ("expect: {verdit: forward}", 'c.yaml:2: expect: an explanation has no key "verdit": did you mean verdict?'),
        (
            "expect:\n    verdict: forwarded",
            "c.yaml:3: expect.verdict: 'forwarded' is none of black_hole, blocked, denied, direct_response, forward, "
            "no_listener, not_found, passthrough, redirect, tls_error: did you mean forward?",
        ),
        ("expect: {route: {nme: x}}", 'c.yaml:2: expect.route has no key "nme": did you mean name?'),
        (
            "expect: {callee: {clusters: {v1: 80}}}",
            "c.yaml:2: expect.callee.clusters.v1: 80 is no share from 0 to 1: write 0.8",
        ),
        ("expect: {clusters: {v1: 20%}}", "c.yaml:2: expect.clusters.v1: '20%' is no share from 0 to 1: write 0.2"),
        ("headers: [a]", "c.yaml:2: headers: must be a map, not a list"),
        ("tolerance: 5%", "c.yaml:2: tolerance: must be a number, not a text"),
        ("reaches: 1", "c.yaml:2: reaches: must be a text or a list, not a whole number"),
        ("reaches: 'v1, v2'", "c.yaml:2: reaches has one name, or a list: write [v1, v2]"),
    ],
)
def test_each_mistake_is_told_at_its_line(entry: str, line: str) -> None:
    assert problems_in(f"- call: http://a/\n  {entry}\n") == [line]


def test_what_may_be_expected_is_not_a_mistake() -> None:
    expect = (
        "{status: 301, clusters: [v1], mirrors: {v2: 1}, request: {headers: {set: {x: y}}}, steps: [a], fault: null}"
    )
    assert problems_in(f"- {{call: http://a/, expect: {expect}}}") == []


@pytest.mark.parametrize("call", ["GET", "GET POST http://a/", "''"])
def test_calls_without_a_url(call: str) -> None:
    (problem,) = problems_in(f"- name: it\n  call: {call}\n")
    assert problem.startswith("c.yaml:2: ")
    assert problem.endswith("is no call; write GET http://HOST:PORT/PATH, or tcp://HOST:PORT")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kind: Service\n", "c.yaml:1: a Service is no case: give configuration by -f c.yaml"),
        ("case: []\n", "has neither `cases` nor `testCases`: write cases, not case"),
        ("colour: red\nfrm: a\ncases: []\n", 'c.yaml:1: there is no key "colour" beside cases: known here: alpn'),
        ("- GET http://a/\n", "c.yaml:1: must be a map, not a text"),
        ("cases: 1\n", "c.yaml:1: cases must be a list"),
    ],
)
def test_what_is_no_file_of_cases(text: str, line: str) -> None:
    assert line.replace("alpn", "from") in problems_in(text)[0]


def test_files_that_are_something_else() -> None:
    for text in ("kind: Service\n", "cases: {}\n", "colour: red\ncases: []\n", "a: [\n"):
        cases, _, problems = parse_cases(text, "c.yaml")
        assert (cases, len(problems)) == ([], 1), text


def test_documents_of_the_validator_are_kept_apart() -> None:
    cases, others, problems = parse_cases("testCases: []\n---\n- call: http://a/\n", "c.yaml")
    assert (len(cases), len(others), problems) == (1, 1, [])
