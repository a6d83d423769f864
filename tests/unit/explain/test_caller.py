import pytest
from tests.support.explaining import MESH, ask, scenario, virtual_service

from lateen.explain.caller import choose_caller
from lateen.explain.question import WrongQuestionError


@pytest.mark.parametrize(
    "word", ["reviews-v1", "pod/reviews-v1-1", "deploy/reviews-v1", "svc/reviews", "reviews-v1.default"]
)
def test_one_workload_has_many_names(word: str) -> None:
    caller = choose_caller(scenario(MESH), word)
    assert (caller.name, caller.assumed) == ("reviews-v1", False)


def test_by_service_account_and_by_labels() -> None:
    mesh = scenario(MESH)
    assert choose_caller(mesh, "sa/default").workload.service_account == "default"
    assert choose_caller(mesh, "", labels={"app": "reviews", "version": "v2"}).name == "reviews-v2"


def test_labels_that_nothing_has_are_a_caller_of_their_own() -> None:
    mesh = scenario(MESH + virtual_service(
        """
  - match: [{sourceLabels: {tier: gold}}]
    directResponse: {status: 202}
  - directResponse: {status: 203}
"""))  # fmt: skip
    caller = choose_caller(mesh, "", labels={"tier": "gold"})
    assert caller.assumed
    assert ask(mesh, "http://reviews:9080/").status == 203


def test_a_slip_is_told_from_a_workload_that_no_file_holds() -> None:
    mesh = scenario(MESH)
    with pytest.raises(WrongQuestionError, match="did you mean 'reviews-v1'"):
        choose_caller(mesh, "review-v1")
    assert choose_caller(mesh, "curl").assumed
    with pytest.raises(WrongQuestionError, match=r"in default: write sleep\.default"):
        choose_caller(mesh, "sleep", "other")


@pytest.mark.parametrize("word", ["gateway/none", "job/reviews-v1"])
def test_words_that_mean_nothing(word: str) -> None:
    with pytest.raises(WrongQuestionError):
        choose_caller(scenario(MESH), word)
