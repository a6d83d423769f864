from tests.support.explaining import MESH, SUBSETS, ask, deployment, scenario
from tests.unit.explain.test_explain import SPLIT

from lateen.explain.text import WIDTH, text_of


def test_the_outcome_comes_first_and_lines_are_short() -> None:
    found = ask(scenario(MESH + SUBSETS + SPLIT), "http://reviews:9080/reviews/1", everything=True)
    text = text_of(found)
    lines = text.split("\n")
    assert lines[3:6] == [
        "It is forwarded",
        "     75%  reviews.default.svc.cluster.local:9080 subset v1  ->  reviews-v1",
        "     25%  reviews.default.svc.cluster.local:9080 subset v2  ->  reviews-v2",
    ]
    assert max(map(len, lines)) <= WIDTH
    assert "At the other end, reviews-v1-1" in lines


def test_where_nothing_matches_the_next_step_is_named() -> None:
    mesh = scenario(MESH + SUBSETS + SPLIT)
    assert "Add --all" in text_of(ask(mesh, "http://reviews:9080/none"))
    assert "Add --all" not in text_of(ask(mesh, "http://reviews:9080/none", everything=True))


def test_answers_of_the_proxy_itself() -> None:
    mesh = scenario(MESH + SUBSETS + SPLIT)
    for path, line in (
        ("/old", "It is answered 308: go to http://reviews:9080/new"),
        ("/closed", "It is answered by the proxy itself: 503 'closed'"),
        ("/typo", "It goes nowhere: 503"),
    ):
        assert line in text_of(ask(mesh, f"http://reviews:9080{path}")).split("\n")


def test_a_share_that_goes_nowhere_is_said() -> None:
    mesh = scenario(MESH + SUBSETS + SPLIT.replace("subset: v2", "subset: v7"))
    assert "     25%  nowhere: answered 503" in text_of(ask(mesh, "http://reviews:9080/reviews/1")).split("\n")


def test_without_a_proxy_any_endpoint_of_the_service_may_be_the_one() -> None:
    bare = deployment("bare", extra="annotations: {sidecar.istio.io/inject: 'false'}")
    lines = text_of(ask(scenario(MESH + bare), "http://reviews:9080/", "bare")).split("\n")
    assert lines[3] == "It is passed on as it is, to one of 10.244.0.1:9080, 10.244.0.2:9080"
