"""Cases, checked one after the other."""

from collections.abc import Iterable, Iterator

import msgspec

from lateen.api.problem import Origin
from lateen.explain.caller import choose_caller
from lateen.explain.case import Case
from lateen.explain.comparison import Difference, differences
from lateen.explain.explain import explain
from lateen.explain.inbound import explain_inbound
from lateen.explain.question import WrongQuestionError
from lateen.explain.result import Explanation, Topic
from lateen.explain.scenario import Scenario


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A case's outcome: passed unless it has differences. `because` tells in a line why the call went where it did,
    `skipped` why it was not tried.
    """

    name: str
    call: str
    origin: Origin
    differences: tuple[Difference, ...] = ()
    because: str = ""
    skipped: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


def check_cases(scenario: Scenario, cases: Iterable[Case]) -> Iterator[Checked]:
    """Every case's outcome; a case that names a caller that there is not has failed."""
    return (check_case(scenario, case) for case in cases)


def check_case(scenario: Scenario, case: Case) -> Checked:
    """One case's outcome."""
    call = call_text(case)
    try:
        explanation = explanation_for(scenario, case)
    except WrongQuestionError as error:
        mistake = Difference(key="from", expected="a caller", actual=str(error))
        return Checked(name=case.name, call=call, origin=case.origin, differences=(mistake,))
    found = tuple(differences(case.expectation, explanation))
    return Checked(
        name=case.name,
        call=call,
        origin=case.origin,
        differences=found,
        because=reason_of(explanation) if found else "",
    )


def explanation_for(scenario: Scenario, case: Case) -> Explanation:
    """What the case's call does. Raises WrongQuestionError."""
    caller = choose_caller(scenario, case.caller, case.namespace, case.labels)
    if case.question.inbound:
        return explain_inbound(scenario, caller, case.question)
    return explain(scenario, caller, case.question)


def call_text(case: Case) -> str:
    """The call in a line."""
    question = case.question
    method = f"{question.method} " if question.is_http else ""
    headers = "".join(f" -H '{name}: {value}'" for name, value in question.headers.items())
    return f"{method}{question.url}{headers}{f' from {case.caller}' if case.caller else ''}"


def reason_of(explanation: Explanation) -> str:
    """The step that decided: the route, or the last one before it."""
    order = (Topic.ROUTE, Topic.HOST, Topic.CHAIN, Topic.LISTENER, Topic.NAME)
    for topic in order:
        for each in explanation.steps:
            if each.topic is topic:
                return f"{each.text}{f'  [{each.file}:{each.line}]' if each.file else ''}"
    return ""
