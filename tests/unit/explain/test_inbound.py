import re

import pytest
from tests.support.explaining import MESH, deployment, scenario

from lateen.explain.caller import choose_caller
from lateen.explain.inbound import explain_inbound
from lateen.explain.question import WrongQuestionError, parse_question
from lateen.explain.result import Explanation, Verdict
from lateen.explain.scenario import Scenario


def arriving(mesh: Scenario, url: str, caller: str = "sleep") -> Explanation:
    return explain_inbound(mesh, choose_caller(mesh, caller), parse_question(url, inbound=True))


def test_a_call_arrives_at_the_first_workload_behind_a_name() -> None:
    found = arriving(scenario(MESH), "http://reviews:9080/")
    assert (found.verdict, found.listener, found.callee) == (Verdict.FORWARD, "virtualInbound", None)
    assert [each.name for each in found.clusters] == ["inbound|9080||"]
    assert [each.pod for each in found.endpoints] == ["reviews-v1-1"]


def test_ports_that_no_service_has_are_passed_through() -> None:
    mesh = scenario(MESH)
    address = mesh.snapshot.workloads["default", "reviews-v1-1"].address
    assert arriving(mesh, f"tcp://{address}:7777").verdict is Verdict.PASSTHROUGH


def test_without_a_sidecar_there_is_nothing_to_say() -> None:
    bare = deployment("bare", extra="annotations: {sidecar.istio.io/inject: 'false'}")
    with pytest.raises(WrongQuestionError, match="no sidecar"):
        arriving(scenario(MESH + bare), "http://localhost:80/", "bare")


@pytest.mark.parametrize(
    ("caller", "url", "why"),
    [
        ("sleep", "http://reviews:1234/", "it has no port 1234"),
        ("", "http://reviews-v1:9080/", "did you mean reviews?"),
    ],
)
def test_calls_that_no_workload_gets_do_not_arrive_at_the_caller(caller: str, url: str, why: str) -> None:
    with pytest.raises(WrongQuestionError, match=re.escape(why)):
        arriving(scenario(MESH), url, caller)


def test_a_callers_own_names_lead_to_itself() -> None:
    for caller, url in (("sleep", "http://shop.example.com:80/"), ("", "http://localhost:80/")):
        assert arriving(scenario(MESH), url, caller).listener == "virtualInbound"
