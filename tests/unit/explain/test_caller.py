import pytest
from tests.support.explaining import MESH, ask, scenario, steps, virtual_service

from lateen.explain.caller import choose_caller
from lateen.explain.explain import explain
from lateen.explain.question import WrongQuestionError, parse_question
from lateen.explain.result import Topic


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


def test_a_pod_by_its_deployments_name_is_not_said_to_be_in_another_namespace() -> None:
    with pytest.raises(WrongQuestionError, match="did you mean 'reviews-v1'"):
        choose_caller(scenario(MESH), "pod/reviews-v1")


@pytest.mark.parametrize(("word", "labels"), [("reviews", {}), ("svc/reviews", {}), ("", {"app": "reviews"})])
def test_words_for_several_deployments_say_which_one_the_answer_is_about(word: str, labels: dict[str, str]) -> None:
    mesh = scenario(MESH)
    caller = choose_caller(mesh, word, labels=labels)
    assert (caller.name, caller.others) == ("reviews-v1", ("reviews-v2",))
    (note,) = steps(explain(mesh, caller, parse_question("http://ratings:9080/")), Topic.NOTE)
    assert note == "several workloads are meant: the answer is about reviews-v1, not reviews-v2"


@pytest.mark.parametrize("word", ["gateway/none", "job/reviews-v1"])
def test_words_that_mean_nothing(word: str) -> None:
    with pytest.raises(WrongQuestionError):
        choose_caller(scenario(MESH), word)
