"""Under a steady load nothing that an operator does, and no crash of the mesh's own processes, costs a request.

`--load-seconds 60` makes the load as long as acceptance asks for.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from tests.support.leftovers import pids_of
from tests.support.load import Load, steady_load
from tests.support.real_mesh import Body, RealMesh
from tests.support.until import until

pytestmark = [pytest.mark.root, pytest.mark.timeout(180)]

REVIEWER = r"reviews-v\d-\w+-\w+"
REVIEWS = ("deploy/reviews-v1", "deploy/reviews-v2", "deploy/reviews-v3")
RATE = 100
WEIGHTS = (90, 10, 0, 100, 50)

ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: reviews}}
spec:
  hosts: [reviews]
  http:
  - route:
    - {{destination: {{host: reviews, subset: {first}}}, weight: {weight}}}
    - {{destination: {{host: reviews, subset: {second}}}, weight: {rest}}}
"""
RULE = """\
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  trafficPolicy: {loadBalancer: {simple: RANDOM}}
  subsets:
"""


def route(first: str, second: str, weight: int) -> str:
    return ROUTE.format(first=first, second=second, weight=weight, rest=100 - weight)


def rule(**versions: str) -> str:
    lines = (f"  - {{name: {name}, labels: {{version: {version}}}}}\n" for name, version in versions.items())
    return RULE + "".join(lines)


@dataclass(frozen=True, slots=True)
class Operator:
    """What is done to the mesh while it is under load."""

    mesh: RealMesh

    def change_weights(self) -> None:
        for step in range(30):
            self.mesh.apply(route("v2", "v3", WEIGHTS[step % len(WEIGHTS)]))

    def add_subsets(self) -> None:
        added: dict[str, str] = {}
        for step in range(10):
            added[f"added{step}"] = f"v{step % 3 + 1}"
            self.mesh.apply(route(f"added{step}", "v3", 50) + rule(v2="v2", v3="v3", **added))

    def replace_subsets(self) -> None:
        for step in range(4):
            self.mesh.apply(route(f"other{step}", "v3", 50) + rule(v2="v2", v3="v3", **{f"other{step}": "v1"}))

    def send_rules_one_by_one(self) -> None:
        """As kubectl does, and in either order: the other rule comes a moment later."""
        for step in range(4):
            changes = [route(f"single{step}", "v3", 50), rule(v3="v3", **{f"single{step}": "v1"})]
            for change in changes if step % 2 else reversed(changes):
                self.mesh.apply(change)
        for kinds in (("virtualservice", "destinationrule"), ("destinationrule", "virtualservice")):
            for kind in kinds:
                self.mesh.run("delete", kind, "reviews")
            for kind in kinds:
                self.mesh.apply(route("v2", "v3", 50) if kind == "virtualservice" else rule(v2="v2", v3="v3"))

    def restart_reviews(self) -> None:
        self.mesh.run("rollout", "restart", *REVIEWS)
        self.mesh.wait_ready(*REVIEWS)
        until(lambda: len(self.mesh.pods()) == 6, "the old pods are gone", 20)

    def kill_the_control_plane(self) -> None:
        self.mesh.kill_and_wait("controlplane")
        until(lambda: self.mesh.attempt("get", "pods").code == 0, "the API answers")
        self.mesh.apply(route("v2", "v3", 50) + rule(v2="v2", v3="v3"), "--wait")

    def kill_the_node_agent(self) -> None:
        pods = state_of_pods(self.mesh)
        processes = {pid for pid in pids_of(self.mesh.name) if pid != self.mesh.pid("node")}
        agent = self.mesh.kill_and_wait("node")
        # A scale needs the new agent: when it is done, the agent has looked at all the others too.
        self.mesh.run("scale", "deploy/details-v1", "--replicas", "2")
        self.mesh.wait_ready("deploy/details-v1")
        assert state_of_pods(self.mesh).items() >= pods.items()
        assert processes | {agent} <= pids_of(self.mesh.name).keys()
        self.mesh.run("scale", "deploy/details-v1", "--replicas", "1")


def state_of_pods(mesh: RealMesh) -> dict[str, list[Body]]:
    """Name, start and number of restarts of every container of every pod."""
    return {pod["metadata"]["name"]: pod["status"]["containerStatuses"] for pod in mesh.pods()}


def direct_load(load: Load, mesh: RealMesh) -> None:
    """Requests of a pod to reviews through its sidecar; the product page's second try would hide a failure."""
    page = mesh.pod("app=productpage")
    address = mesh.get("service", "reviews")["spec"]["clusterIP"]
    arguments = (f"http://{address}:9080/reviews/1", str(RATE / 4), REVIEWER, "reviews:9080")
    load.start("productpage's pod", arguments, prefix=("nsenter", f"--net={mesh.netns(page)}"))


@pytest.fixture
def shifted(open_bookinfo: RealMesh) -> Iterator[RealMesh]:
    open_bookinfo.apply(route("v2", "v3", 50) + rule(v2="v2", v3="v3"), "--wait")
    yield open_bookinfo
    open_bookinfo.run("scale", "deploy/details-v1", "--replicas", "1")


def test_no_request_fails_whatever_happens(shifted: RealMesh, pytestconfig: pytest.Config) -> None:
    operator, seconds = Operator(shifted), float(pytestconfig.getoption("--load-seconds"))
    phases: list[Callable[[], None]] = [
        operator.change_weights,
        operator.add_subsets,
        operator.replace_subsets,
        operator.send_rules_one_by_one,
        operator.restart_reviews,
        operator.kill_the_control_plane,
        operator.kill_the_node_agent,
    ]
    with steady_load(f"{shifted.url}/productpage", REVIEWER, RATE) as load:
        direct_load(load, shifted)
        started = time.monotonic()
        for phase in phases:
            load.phase(phase.__name__)
            phase()
        load.phase("the rest")
        while time.monotonic() - started < seconds:
            operator.restart_reviews()
    assert len(load.requests["gateway"]) >= 0.9 * RATE * (time.monotonic() - started)
