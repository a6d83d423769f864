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


def test_mistakes_have_lines_and_spare_the_other_cases() -> None:
    text = """
- call: http://a/
  expects: {}
- call: http://a/
  expect: {verdit: forward}
- call: gopher://a/
- {call: http://ok/}
- {name: none}
"""
    cases, _, problems = parse_cases(text, "c.yaml")
    assert [case.question.host for case in cases] == ["ok"]
    assert [each.origin.line for each in problems] == [2, 4, 6, 8]
    assert "expects" in problems[0].message
    assert "verdit" in problems[1].message


def test_files_that_are_something_else() -> None:
    for text in ("kind: Service\n", "cases: {}\n", "colour: red\ncases: []\n", "a: [\n"):
        cases, _, problems = parse_cases(text, "c.yaml")
        assert (cases, len(problems)) == ([], 1), text


def test_documents_of_the_validator_are_kept_apart() -> None:
    cases, others, problems = parse_cases("testCases: []\n---\n- call: http://a/\n", "c.yaml")
    assert (len(cases), len(others), problems) == (1, 1, [])
