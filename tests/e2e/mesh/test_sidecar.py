"""A Sidecar that is applied to a running mesh, and deleted again."""

import pytest
from tests.support.fetch import fetch
from tests.support.load import steady_load
from tests.support.real_mesh import RealMesh
from tests.support.until import until

pytestmark = pytest.mark.root

LEAN = """\
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: lean}
spec:
  workloadSelector: {labels: {app: productpage}}
  outboundTrafficPolicy: {mode: REGISTRY_ONLY}
  egress:
  - hosts: [./reviews.default.svc.cluster.local, ./details.default.svc.cluster.local]
"""
OWN_PLACES = """\
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: places}
spec:
  workloadSelector: {labels: {app: details}}
  ingress:
  - port: {number: 9999, protocol: HTTP, name: http}
    defaultEndpoint: 127.0.0.1:9080
  - port: {number: 9998, protocol: HTTP, name: own}
    captureMode: NONE
    defaultEndpoint: 127.0.0.1:9080
  egress:
  - port: {number: 15080, protocol: HTTP_PROXY, name: proxy}
    bind: 127.0.0.1
    captureMode: NONE
    hosts: [./*]
  - port: {number: 0, protocol: HTTP, name: file}
    bind: unix://@egress
    hosts: [./ratings.default.svc.cluster.local]
"""
RATINGS = "http://ratings:9080/ratings/1"


def curl(mesh: RealMesh, workload: str, *arguments: str) -> str:
    """The status that a workload's request is answered with."""
    words = ("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *arguments)
    return mesh.run("exec", f"deploy/{workload}", "--", *words)


def clusters(mesh: RealMesh, workload: str) -> str:
    return mesh.run("proxy-config", "cluster", f"deploy/{workload}")


def test_what_is_not_imported_is_gone_and_comes_back_and_what_is_costs_no_request(open_bookinfo: RealMesh) -> None:
    mesh = open_bookinfo
    assert curl(mesh, "productpage-v1", RATINGS) == "200"
    with steady_load(f"{mesh.url}/productpage", r"reviews-v\d-\w+-\w+", 50) as load:
        load.phase("scoped")
        mesh.apply(LEAN, "--wait")
        until(lambda: "ratings.default" not in clusters(mesh, "productpage-v1"), "the cluster is taken away")
        assert "reviews.default" in clusters(mesh, "productpage-v1")
        assert "ratings.default" in clusters(mesh, "reviews-v2")
        assert curl(mesh, "productpage-v1", RATINGS) == "502"
        assert curl(mesh, "reviews-v2", RATINGS) == "200"
        told = mesh.run("explain", "--from", "productpage-v1", RATINGS)
        assert "ratings.default.svc.cluster.local is hidden by Sidecar default/lean, egress[0]" in " ".join(
            told.split()
        )
        assert "Accepted" in mesh.run("get", "sidecar", "lean", "-o", "yaml")

        load.phase("unscoped")
        mesh.run("delete", "sidecar", "lean")
        until(lambda: curl(mesh, "productpage-v1", RATINGS) == "200", "it can be called again")
        assert "ratings.default" in clusters(mesh, "productpage-v1")
    assert load.failures() == []


def test_of_two_sidecars_the_younger_says_that_it_has_no_effect(bookinfo: RealMesh) -> None:
    """Of those of the same second it is the one whose name comes later."""
    bookinfo.apply(LEAN, "--wait")
    bookinfo.apply(LEAN.replace("name: lean", "name: more").replace("REGISTRY_ONLY", "ALLOW_ANY"), "--wait")
    until(lambda: "IST0110" in str(bookinfo.get("sidecar", "more").get("status")), "the status says so")
    assert curl(bookinfo, "productpage-v1", RATINGS) == "502"


def test_a_listener_whose_port_the_workload_has_is_refused_and_told(bookinfo: RealMesh) -> None:
    taken = "{port: {number: 9080, protocol: HTTP, name: x}, captureMode: NONE, bind: 0.0.0.0, hosts: ['./*']}"
    spec = LEAN.partition("  egress")[0].replace("app: productpage", "app: details")
    ran = bookinfo.attempt("apply", "-f", "-", "--wait", stdin=f"{spec}  egress: [{taken}]\n")
    assert ran.code == 1
    assert "Address already in use" in ran.err
    until(lambda: "RejectedByProxy" in str(bookinfo.get("sidecar", "lean").get("status")), "the status says so")
    assert curl(bookinfo, "details-v1", RATINGS) == "200", "it is as if the Sidecar were not there"


def test_own_ports_and_socket_files(bookinfo: RealMesh) -> None:
    mesh = bookinfo
    mesh.apply(OWN_PLACES, "--wait")
    assert curl(mesh, "details-v1", "-x", "http://127.0.0.1:15080", RATINGS) == "200"
    assert curl(mesh, "details-v1", "--abstract-unix-socket", "egress", RATINGS) == "200"
    assert curl(mesh, "details-v1", "--abstract-unix-socket", "egress", "http://reviews:9080/reviews/1") != "200"
    address = mesh.pod("app=details")["status"]["podIP"]
    for port in (9999, 9998):
        assert fetch(f"http://{address}:{port}/details/1")[0] == 200


def test_a_listener_gains_a_socket_and_loses_it(bookinfo: RealMesh) -> None:
    """Stock Envoy crashes when such a listener takes over the socket of the one before it."""
    egress = (
        "{port: {number: 15080, protocol: HTTP_PROXY, name: x}, captureMode: MODE, bind: 127.0.0.9, hosts: ['./*']}"
    )
    spec = LEAN.partition("  outbound")[0].replace("app: productpage", "app: details")
    words = ("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-x", "http://127.0.0.9:15080", RATINGS)
    for mode, status in (("IPTABLES", "000"), ("NONE", "200")) * 2:
        bookinfo.apply(f"{spec}  egress: [{egress.replace('MODE', mode)}]\n", "--wait")
        until(lambda want=status: bookinfo.attempt("exec", "deploy/details-v1", "--", *words).out == want, mode)  # type: ignore[misc]
    statuses = bookinfo.pod("app=details")["status"]["containerStatuses"]
    assert [each["restartCount"] for each in statuses] == [0, 0]
