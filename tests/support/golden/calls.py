"""`calls.yaml`: requests, and what is to become of them, in the format of `lateen test`.

from: productpage-v1
cases:
- call: http://reviews:9080/reviews/1
  headers: {end-user: jason}
  expect: {clusters: {v2: 1}, request: {path: /reviews/1}}
"""

from tests.support.golden.case import Case, scenario

from lateen.explain.caller import choose_caller
from lateen.explain.case import Case as CallCase
from lateen.explain.case import parse_cases
from lateen.explain.check import check_cases
from lateen.explain.explain import outbound_call
from lateen.explain.report import failure_lines
from lateen.simulation.call import Call

CALLS = "calls.yaml"


def wrong_calls(case: Case) -> list[str]:
    """What differs from the case's expectations."""
    checked = check_cases(scenario(case), _cases(case))
    return ["\n".join(failure_lines(each)) for each in checked if not each.passed]


def calls_in(case: Case) -> list[Call]:
    """The calls alone, whatever is expected of them; those that arrive from elsewhere are left out."""
    mesh = scenario(case)
    return [
        outbound_call(mesh, choose_caller(mesh, each.caller), each.question)[0]
        for each in _cases(case)
        if not each.question.inbound
    ]


def _cases(case: Case) -> list[CallCase]:
    file = case.folder / CALLS
    cases, others, problems = parse_cases(file.read_text(), str(file)) if file.exists() else ([], [], [])
    assert (others, problems) == ([], []), problems
    return cases
