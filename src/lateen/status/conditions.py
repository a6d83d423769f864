"""A resource's status from what is wrong with it, in Istio's words (`IstioStatus`)."""

from collections.abc import Sequence

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, Severity

ACCEPTED = "Accepted"
REJECTED_BY_PROXY = "RejectedByProxy"
"""The code of a problem that a proxy reported."""


def status_for(problems: Sequence[Problem], generation: int, previous: JsonObject, now: str) -> JsonObject:
    """The status of a resource with `problems`; `previous` is kept where it says the same, its times included.

    `conditions` has Accepted (False when an error keeps part of the resource from working), `validationMessages` has
    every problem in the form of istioctl's analysis messages.
    """
    messages = [_message(problem) for problem in sorted(problems, key=_order)]
    condition = _accepted(problems)
    before = _condition(previous, ACCEPTED)
    same = all(before.get(key) == value for key, value in condition.items())
    time = before.get("lastTransitionTime", now) if before.get("status") == condition["status"] else now
    kept = [each for each in previous.get("conditions") or [] if each.get("type") != ACCEPTED]
    status: JsonObject = {
        **{key: value for key, value in previous.items() if key != "validationMessages"},
        "observedGeneration": generation,
        "conditions": [*kept, before if same else {**condition, "lastTransitionTime": time}],
    }
    return {**status, "validationMessages": messages} if messages else status


def _accepted(problems: Sequence[Problem]) -> JsonObject:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if not errors:
        return {"type": ACCEPTED, "status": "True", "reason": ACCEPTED}
    worst = next((problem for problem in errors if problem.code == REJECTED_BY_PROXY), errors[0])
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return {"type": ACCEPTED, "status": "False", "reason": worst.code, "message": _text(worst) + more}


def _message(problem: Problem) -> JsonObject:
    return {
        "level": problem.severity.upper(),
        "type": {"code": problem.code},
        "message": _text(problem),
    }


def _text(problem: Problem) -> str:
    return ": ".join(part for part in (problem.path, problem.message, problem.hint) if part)


def _order(problem: Problem) -> tuple[int, str, str]:
    return list(Severity).index(problem.severity), problem.path, problem.code


def _condition(status: JsonObject, kind: str) -> JsonObject:
    conditions: list[JsonObject] = status.get("conditions") or []
    return next((each for each in conditions if each.get("type") == kind), {})
