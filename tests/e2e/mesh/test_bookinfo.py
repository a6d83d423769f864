"""Bookinfo as its tutorial has it: pods, gateway, versions, rules."""

import json
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from tests.support.fetch import fetch
from tests.support.real_mesh import BOOKINFO, RealMesh
from tests.support.until import until

pytestmark = pytest.mark.root

VERSIONS = ("v1", "v2", "v3")
REQUESTS = 1000
POINTS = 0.04


def reviewers(mesh: RealMesh, requests: int) -> Counter[str]:
    """Which version of reviews each of so many pages was made with, by the name of the pod on the page.

    One after the other: of several at a time, the balancer gives more to v1, which answers first.
    """
    url = f"{mesh.url}/productpage"
    pages = [fetch(url) for _ in range(requests)]
    assert {status for status, _ in pages} == {200}
    return Counter(page.partition("<u>reviews-")[2][:2] for _, page in pages)


def shares(mesh: RealMesh, wanted: dict[str, float]) -> dict[str, float]:
    """The measured shares. One run of a thousand in fifty is off by chance alone: then more decide."""
    counts = reviewers(mesh, REQUESTS)
    if any(abs(counts[version] / REQUESTS - share) > POINTS for version, share in wanted.items()):
        counts += reviewers(mesh, 3 * REQUESTS)
    return {version: count / counts.total() for version, count in counts.items()}


def is_refused(mesh: RealMesh) -> bool:
    split = urlsplit(mesh.url)
    try:
        socket.create_connection((split.hostname or "", split.port or 0), timeout=2).close()
    except ConnectionRefusedError:
        return True
    return False


def kubectl(mesh: RealMesh, *arguments: str) -> str:
    command = [shutil.which("kubectl") or "", "--kubeconfig", str(mesh.paths.kubeconfig), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def without_age(table: str) -> list[list[str]]:
    return [line.split()[:4] for line in table.splitlines()]


def test_six_pods_have_a_sidecar_and_are_ready(bookinfo: RealMesh) -> None:
    lines = bookinfo.run("get", "pods").splitlines()
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    rows = [line.split() for line in lines[1:]]
    assert [row[1:4] for row in rows] == [["2/2", "Running", "0"]] * 6
    apps = {row[0].rsplit("-", 2)[0] for row in rows}
    assert apps == {"details-v1", "productpage-v1", "ratings-v1", *(f"reviews-{version}" for version in VERSIONS)}
    (status,) = (line for line in bookinfo.run("status").splitlines() if line.startswith("pods"))
    assert status.split() == ["pods", "7", "of", "7", "ready"]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_agrees(bookinfo: RealMesh) -> None:
    for words in (("pods",), ("services",), ("deployments", "-A"), ("pods", "-o", "name")):
        assert without_age(kubectl(bookinfo, "get", *words)) == without_age(bookinfo.run("get", *words))


def test_the_port_opens_with_the_gateway_and_closes_with_it(bookinfo: RealMesh) -> None:
    assert is_refused(bookinfo)
    bookinfo.apply_file("bookinfo-gateway.yaml")
    applied = time.monotonic()
    until(lambda: bookinfo.status() == 200, "the gateway answers", 1.0)
    until(lambda: bookinfo.status("/nowhere") == 404, "other paths lead nowhere", 1.0)
    assert time.monotonic() - applied < 1.0
    bookinfo.run("delete", "gateway", "bookinfo-gateway")
    until(lambda: is_refused(bookinfo), "the port is closed", 1.0)


def test_the_service_shows_where_the_machine_reaches_the_gateway(open_bookinfo: RealMesh) -> None:
    line = open_bookinfo.run("get", "svc", "istio-ingressgateway", "-n", "istio-system").splitlines()[1]
    assert f"80:{urlsplit(open_bookinfo.url).port}/TCP" in line
    assert open_bookinfo.url in open_bookinfo.run("status")
    status, page = fetch(f"{open_bookinfo.url}/productpage")
    assert status == 200
    assert "The Comedy of Errors" in page


def test_without_rules_every_version_gets_a_third(open_bookinfo: RealMesh) -> None:
    third = dict.fromkeys(VERSIONS, 1 / 3)
    assert shares(open_bookinfo, third) == pytest.approx(third, abs=POINTS)


def test_half_goes_to_v2_half_to_v3_nothing_to_v1(open_bookinfo: RealMesh) -> None:
    open_bookinfo.apply_file("destination-rule-reviews.yaml")
    open_bookinfo.apply_file("virtual-service-reviews-v2-v3.yaml", "--wait")
    half = {"v2": 0.5, "v3": 0.5}
    assert shares(open_bookinfo, half) == pytest.approx(half, abs=POINTS)


def test_a_route_without_its_subsets_is_reported_until_they_are_there(bookinfo: RealMesh) -> None:
    ran = bookinfo.attempt("apply", "-f", str(BOOKINFO / "virtual-service-reviews-v2-v3.yaml"))
    assert "spec.http[0].route[0].destination.subset" in ran.err
    assert "declare it in a DestinationRule" in ran.err
    bookinfo.apply_file("destination-rule-reviews.yaml")
    until(lambda: bookinfo.accepted("virtualservice", "reviews")[0] == "True", "the route is complete")


def reviews_seen(mesh: RealMesh, host: str) -> Iterator[dict[str, object]]:
    """Thirty answers of reviews as a program in a pod gets them."""
    url = f"http://{host}:9080/reviews/1?[1-30]"
    output = mesh.run("exec", "deploy/productpage-v1", "--", "curl", "-s", "-w", "\\n", url)
    return (json.loads(line) for line in output.splitlines())


def test_pods_reach_reviews_by_name_and_address(bookinfo: RealMesh) -> None:
    address = bookinfo.get("service", "reviews")["spec"]["clusterIP"]
    for host in ("reviews", "reviews.default", "reviews.default.svc.cluster.local", address):
        seen = {str(answer["podname"])[:10]: answer for answer in reviews_seen(bookinfo, host)}
        assert seen.keys() == {f"reviews-{version}" for version in VERSIONS}
        for version, colour in (("v1", None), ("v2", "black"), ("v3", "red")):
            answer = seen[f"reviews-{version}"]
            assert answer["id"] == "1"
            reviews = answer["reviews"]
            assert isinstance(reviews, list)
            assert [each.get("rating", {}).get("color") for each in reviews] == [colour] * 2
            assert [each["reviewer"] for each in reviews] == ["Reviewer1", "Reviewer2"]


def test_lists_have_istios_columns(open_bookinfo: RealMesh) -> None:
    open_bookinfo.apply_file("destination-rule-reviews.yaml")
    open_bookinfo.apply_file("virtual-service-reviews-v2-v3.yaml")
    services = open_bookinfo.run("get", "vs").splitlines()
    assert services[0].split() == ["NAME", "GATEWAYS", "HOSTS", "AGE"]
    assert services[1].split()[:3] == ["bookinfo", '["bookinfo-gateway"]', '["*"]']
    assert services[2].split()[:2] == ["reviews", '["reviews"]']
    rules = open_bookinfo.run("get", "dr").splitlines()
    assert rules[0].split() == ["NAME", "HOST", "AGE"]
    assert rules[1].split()[:2] == ["reviews", "reviews"]
