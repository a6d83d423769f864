"""`lateen explain` and a real Envoy with the same configuration say the same about rules and requests made by chance.

LATEEN_EXPLAIN_REQUESTS is how many requests are sent (800 by default), LATEEN_SEED is what they are drawn with.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st
from tests.support.agreement import Answer
from tests.support.echo import echo_servers
from tests.support.generated_rules import PORT, SERVICES, SUBSETS, Mesh, meshes, requests, scenario_of
from tests.support.routed_envoy import RoutedEnvoy, envoy_before
from tests.support.seed import SEED

from lateen.explain.caller import choose_caller
from lateen.explain.explain import explain
from lateen.explain.question import parse_question
from lateen.explain.result import Explanation, Request, Verdict
from lateen.ir.listener import HttpFilter
from lateen.ir.names import BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER, subset_key
from lateen.simulation.call import Call

pytestmark = [pytest.mark.root, pytest.mark.timeout(240)]

PER_MESH = 25
MESHES = max(1, int(os.environ.get("LATEEN_EXPLAIN_REQUESTS", "800")) // PER_MESH)
FILTERS = (HttpFilter.FAULT, HttpFilter.CORS, HttpFilter.ROUTER)


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, int]]:
    """A server for every cluster that some rule may pick, but for those that there are not."""
    names = [
        subset_key("outbound", subset, f"{service}.default.svc.cluster.local", PORT)
        for service in SERVICES
        for subset in ("", *SUBSETS)
    ]
    with echo_servers([*names, PASSTHROUGH_CLUSTER]) as echoes:
        yield echoes.ports


@seed(SEED)
@settings(
    max_examples=MESHES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
@given(mesh=meshes, calls=st.lists(requests, min_size=PER_MESH, max_size=PER_MESH))
def test_generated(servers: dict[str, int], mesh: Mesh, calls: list[dict[str, Any]]) -> None:
    note(f"LATEEN_SEED={SEED} LATEEN_EXPLAIN_REQUESTS={MESHES * PER_MESH}")
    scenario = scenario_of(mesh)
    caller = choose_caller(scenario, "pod/client")
    assert caller.proxy is not None
    told = scenario.resources_for(caller.proxy)
    there = {name: port for name, port in servers.items() if name in told.clusters}
    with (
        tempfile.TemporaryDirectory() as folder,
        envoy_before(there, {"it": told.routes[str(PORT)]}, Path(folder), FILTERS) as envoy,
    ):
        for call in calls:
            headers = {**call["headers"], "host": call["host"]}
            question = parse_question(f"http://reviews:{PORT}{call['path']}", method=call["method"], headers=headers)
            explanation = explain(scenario, caller, question)
            found = list(disagreements(explanation, send(envoy, call)))
            if found:
                story = "\n".join(each.text for each in explanation.steps)
                pytest.fail("\n".join([f"LATEEN_SEED={SEED}", *found, str(call), story]))


def send(envoy: RoutedEnvoy, call: dict[str, Any]) -> Answer:
    return envoy.send(
        "it",
        Call(
            address="", port=PORT, host=call["host"], method=call["method"], path=call["path"], headers=call["headers"]
        ),
    )


def disagreements(explanation: Explanation, answer: Answer) -> Iterator[str]:
    """What Envoy did otherwise."""
    if explanation.verdict in {Verdict.FORWARD, Verdict.PASSTHROUGH}:
        yield from forwarded(explanation, answer)
        return
    if answer.status != explanation.status:
        yield f"status: explained {explanation.status}, Envoy {answer.status}"
    if answer.headers.get("location") != explanation.location:
        yield f"location: explained {explanation.location}, Envoy {answer.headers.get('location')}"


def forwarded(explanation: Explanation, answer: Answer) -> Iterator[str]:
    """The same of a request that reached a server, or by its share might have got 503."""
    possible = [(each.name, each.request or explanation.request) for each in explanation.clusters if each.share > 0]
    if answer.status == 503 and BLACK_HOLE_CLUSTER in dict(possible):
        return
    if answer.status != 200:
        yield f"status: explained a forwarded request, Envoy {answer.status}"
        return
    found = [differences(request, answer) for name, request in possible if name == answer.echo["cluster"] and request]
    if not found:
        yield f"cluster: explained {sorted(dict(possible))}, Envoy {answer.echo['cluster']}"
    yield from min(found, key=len, default=())


def differences(request: Request, answer: Answer) -> list[str]:
    """How the request that the server saw differs."""
    headers: dict[str, str] = answer.echo["headers"]
    explained, actual = (request.authority, request.path), (headers["host"], answer.echo["path"])
    found = [] if explained == actual else [f"host and path: explained {explained}, Envoy {actual}"]
    for name, value in {**request.headers.set, **dict.fromkeys(request.headers.removed)}.items():
        if headers.get(name) != value:
            found.append(f"header {name}: explained {value!r}, Envoy {headers.get(name)!r}")
    return found
