"""`calls.yaml`: requests, and what is to become of them, in the format of `lateen test`.

from: productpage-v1
cases:
- call: http://reviews:9080/reviews/1
  headers: {end-user: jason}
  expect: {clusters: {v2: 1}, request: {path: /reviews/1}}
"""

from collections.abc import Iterator

from tests.support.golden.case import Case, scenario

from lateen.explain.callee import inbound_passage
from lateen.explain.caller import choose_caller
from lateen.explain.case import Case as CallCase
from lateen.explain.case import parse_cases
from lateen.explain.check import check_cases
from lateen.explain.explain import outbound_call
from lateen.explain.inbound import inbound_call
from lateen.explain.report import failure_lines
from lateen.simulation.call import Call
from lateen.translate.resources import Resources

CALLS = "calls.yaml"


def wrong_calls(case: Case) -> list[str]:
    """What differs from the case's expectations."""
    checked = check_cases(scenario(case), _cases(case))
    return ["\n".join(failure_lines(each)) for each in checked if not each.passed]


def asked(case: Case) -> Iterator[tuple[Resources, Call]]:
    """The calls, whatever is expected of them, each with what the proxy is told that it meets."""
    mesh = scenario(case)
    for each in _cases(case):
        caller = choose_caller(mesh, each.caller, each.namespace, each.labels)
        if each.question.inbound:
            workload, call, _ = inbound_call(mesh, caller, each.question)
            yield inbound_passage(mesh, workload, call).resources, call
        elif caller.proxy is not None:
            yield mesh.resources_for(caller.proxy), outbound_call(mesh, caller, each.question)[0]


def _cases(case: Case) -> list[CallCase]:
    file = case.folder / CALLS
    cases, others, problems = parse_cases(file.read_text(), str(file)) if file.exists() else ([], [], [])
    assert (others, problems) == ([], []), problems
    return cases
