"""`lateen rollout`."""

import pytest
from tests.support.cli_mesh import CliMesh
from tests.unit.cli.test_pods import DEPLOYMENTS, deployment

from lateen.cli.rollout import unfinished


def test_restarting_changes_the_template(mesh: CliMesh) -> None:
    mesh.add(DEPLOYMENTS, deployment("web"))
    assert mesh.run("rollout", "restart", "deploy/web").lines == ["deployment.apps/web restarted"]
    annotations = "{.spec.template.metadata.annotations}"
    assert "restartedAt" in mesh.run("get", "deploy/web", "-o", f"jsonpath={annotations}").out


def test_a_rollout_is_waited_for(mesh: CliMesh) -> None:
    done = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}
    mesh.add(DEPLOYMENTS, deployment("done"), done)
    assert mesh.run("rollout", "status", "deploy/done").lines == ['deployment "done" successfully rolled out']
    mesh.add(DEPLOYMENTS, deployment("late"), {**done, "availableReplicas": 0})
    ran = mesh.run("rollout", "status", "deploy", "late", "--timeout=0s", code=1)
    assert ran.err.startswith("error: deployment.apps/late is not done after 0 s: 0 of 1 pods are ready")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({}, "its change was not looked at yet"),
        ({"observedGeneration": 2}, "0 of 2 pods are new"),
        ({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 3}, "1 old pods are still there"),
        ({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2}, "0 of 2 pods are ready"),
        ({"observedGeneration": 2, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 2}, ""),
    ],
)
def test_what_a_deployment_waits_for(status: dict[str, int], reason: str) -> None:
    assert unfinished({"metadata": {"generation": 2}, "spec": {"replicas": 2}, "status": status}) == reason
