"""`lateen scale`."""

from tests.support.cli_mesh import CliMesh
from tests.unit.cli.test_pods import DEPLOYMENTS, deployment


def test_scaling(mesh: CliMesh) -> None:
    mesh.add(DEPLOYMENTS, deployment("web"))
    assert mesh.run("scale", "deploy/web", "--replicas=3").lines == ["deployment.apps/web scaled"]
    assert mesh.run("get", "deploy/web", "-o", "jsonpath={.spec.replicas}").out == "3"
    assert "not found" in mesh.run("scale", "deploy", "nope", "--replicas=3", code=1).err
    assert "only deployments" in mesh.run("scale", "pod/x", "--replicas=3", code=2).err
