"""Statuses say what is wrong, and don't change when nothing did."""

from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.status.conditions import status_for
from lateen.status.reach import Reach

REF = ResourceRef("VirtualService", "default", "reviews")
WARNING = Problem(REF, "spec.http[0]", "NoEffect", Severity.WARNING, "has no effect yet")
ERROR = Problem(REF, "spec.http[1].route[0]", "IST0101", Severity.ERROR, "no host x", "create it")
NACK = Problem(REF, "", "RejectedByProxy", Severity.ERROR, "reviews-v1.default refused it")


def test_a_resource_without_problems_is_accepted() -> None:
    status = status_for([], 3, {}, "t1")
    assert status["conditions"] == [
        {"type": "Accepted", "status": "True", "reason": "Accepted", "lastTransitionTime": "t1"}
    ]
    assert status["observedGeneration"] == 3
    assert "validationMessages" not in status


def test_warnings_are_shown_and_do_not_reject() -> None:
    status = status_for([WARNING], 1, {}, "t1")
    assert status["conditions"][0]["status"] == "True"
    assert status["validationMessages"] == [
        {"level": "WARNING", "type": {"code": "NoEffect"}, "message": "spec.http[0]: has no effect yet"}
    ]


def test_errors_reject_and_a_proxys_refusal_is_named_first() -> None:
    (condition,) = status_for([WARNING, ERROR, NACK], 1, {}, "t1")["conditions"]
    assert condition["status"] == "False"
    assert condition["message"] == "reviews-v1.default refused it (and 1 more)"
    levels = [each["level"] for each in status_for([WARNING, ERROR], 1, {}, "t1")["validationMessages"]]
    assert levels == ["ERROR", "WARNING"]


def test_the_same_problems_give_the_same_status_later() -> None:
    first = status_for([ERROR], 1, {}, "t1")
    assert status_for([ERROR], 1, first, "t2") == first


def test_a_transition_gets_a_new_time_and_mended_problems_go() -> None:
    broken = status_for([ERROR], 1, {"addresses": ["kept"]}, "t1")
    mended = status_for([], 2, broken, "t2")
    assert mended["conditions"][0]["lastTransitionTime"] == "t2"
    assert "validationMessages" not in mended
    assert mended["addresses"] == ["kept"]


def test_reconciled_counts_the_proxies_that_have_this_version() -> None:
    first = status_for([], 2, {}, "t1", Reach(2, 5, 6))
    assert first["conditions"][1] == {
        "type": "Reconciled",
        "status": "False",
        "reason": "Distributing",
        "message": "5/6 proxies up to date.",
        "observedGeneration": 2,
        "lastTransitionTime": "t1",
    }
    second = status_for([], 2, first, "t2", Reach(2, 6, 6))
    assert (second["conditions"][1]["status"], second["conditions"][1]["lastTransitionTime"]) == ("True", "t2")
    assert status_for([], 2, second, "t3", Reach(2, 6, 6)) == second


def test_what_is_known_of_another_version_is_no_news_of_this_one() -> None:
    first = status_for([], 2, {}, "t1", Reach(2, 6, 6))
    assert status_for([], 3, first, "t2", Reach(2, 6, 6))["conditions"][1] == first["conditions"][1]
    assert status_for([], 3, first, "t2")["conditions"][1]["observedGeneration"] == 2


def test_a_refused_version_is_not_reconciled_even_where_nobody_gets_it() -> None:
    condition = status_for([NACK], 1, {}, "t1", Reach(1, 0, 0, refused=True))["conditions"][1]
    assert (condition["status"], condition["reason"]) == ("False", "RejectedByProxy")
