"""What rules say of themselves in a running mesh."""

import pytest
from tests.support.real_mesh import RealMesh
from tests.support.until import until

pytestmark = pytest.mark.root

RULE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: details}
spec: {hosts: [details], http: [{route: [{destination: {host: details}}], timeout: SECONDSs}]}
"""


def proxies(mesh: RealMesh) -> str:
    return mesh.run("get", "virtualservice", "details", "-o", "wide").split()[-1]


def test_a_rule_says_how_many_proxies_have_it(open_bookinfo: RealMesh) -> None:
    mesh = open_bookinfo
    for seconds in ("3", "4"):
        mesh.apply(RULE.replace("SECONDS", seconds))
        mesh.run("wait", "--for=condition=Reconciled", "virtualservice/details", "--timeout=30s")
        found = mesh.get("virtualservice", "details")
        (reconciled,) = (each for each in found["status"]["conditions"] if each["type"] == "Reconciled")
        assert reconciled["observedGeneration"] == found["metadata"]["generation"]
        assert reconciled["message"] == "6/6 proxies up to date."
    assert "Proxies:            6/6 up to date" in mesh.run("describe", "virtualservice", "details")
    mesh.run("scale", "deploy/details-v1", "--replicas", "2")
    until(lambda: proxies(mesh) == "7/7", "the new pod counts", 40)
    mesh.run("scale", "deploy/details-v1", "--replicas", "1")
    until(lambda: proxies(mesh) == "6/6", "the pod that is gone does not", 40)
