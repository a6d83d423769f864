"""A resource's status from what is wrong with it, in Istio's words (`IstioStatus`)."""

from collections.abc import Sequence

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, Severity
from lateen.status.reach import Reach

ACCEPTED = "Accepted"
RECONCILED = "Reconciled"
REJECTED_BY_PROXY = "RejectedByProxy"
"""The code of a problem that a proxy reported."""


def status_for(
    problems: Sequence[Problem], generation: int, previous: JsonObject, now: str, reach: Reach | None = None
) -> JsonObject:
    """The status of a resource with `problems`; `previous` is kept where it says the same, its times included.

    `conditions` has Accepted (False when an error keeps part of the resource from working) and, where it is known,
    Reconciled (True when all proxies that get it have it); `validationMessages` has every problem in the form of
    istioctl's analysis messages.
    """
    messages = [_message(problem) for problem in sorted(problems, key=_order)]
    conditions = [_accepted(problems)]
    if reach is not None and reach.generation == generation:
        conditions.append(_reconciled(reach))
    types = {condition["type"] for condition in conditions}
    kept = [each for each in previous.get("conditions") or [] if each.get("type") not in types]
    status: JsonObject = {
        **{key: value for key, value in previous.items() if key != "validationMessages"},
        "observedGeneration": generation,
        "conditions": [*(_timed(condition, previous, now) for condition in conditions), *kept],
    }
    return {**status, "validationMessages": messages} if messages else status


def _timed(condition: JsonObject, previous: JsonObject, now: str) -> JsonObject:
    """The condition with the time since when it holds."""
    before = _condition(previous, condition["type"])
    time = before.get("lastTransitionTime", now) if before.get("status") == condition["status"] else now
    return {**condition, "lastTransitionTime": time}


def _accepted(problems: Sequence[Problem]) -> JsonObject:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if not errors:
        return {"type": ACCEPTED, "status": "True", "reason": ACCEPTED}
    worst = next((problem for problem in errors if problem.code == REJECTED_BY_PROXY), errors[0])
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return {"type": ACCEPTED, "status": "False", "reason": worst.code, "message": _text(worst) + more}


def _reconciled(reach: Reach) -> JsonObject:
    """In the words of Istio's own status (`pilot/pkg/status/distribution`, until 1.26)."""
    waiting = REJECTED_BY_PROXY if reach.refused else "Distributing"
    return {
        "type": RECONCILED,
        "status": str(reach.complete),
        "reason": "UpToDate" if reach.complete else waiting,
        "message": f"{reach.up_to_date}/{reach.proxies} proxies up to date.",
        "observedGeneration": reach.generation,
    }


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
