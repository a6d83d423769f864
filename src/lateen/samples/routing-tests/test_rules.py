"""What the rules would do: no mesh runs, no root is needed."""

import pytest

pytestmark = pytest.mark.lateen(files=["mesh"])

HELLO = "http://helloworld:5000/hello"


def test_testers_see_v2(mesh_config):
    answer = mesh_config.explain("GET", HELLO, from_="deploy/sleep", headers={"x-group": "testers"})
    assert answer.route.name == "testers"
    assert [(target.subset, target.share) for target in answer.clusters] == [("v2", 1.0)]


def test_one_in_five_sees_v2(mesh_config):
    answer = mesh_config.explain("GET", HELLO, from_="deploy/sleep")
    assert {target.subset: target.share for target in answer.clusters} == {"v1": 0.8, "v2": 0.2}
    assert answer.timeout == "2s"


@pytest.mark.parametrize("path", ["/api/hello", "/api/hello?name=x"])
def test_the_path_of_the_api_is_cut(mesh_config, path):
    answer = mesh_config.explain("GET", f"http://helloworld:5000{path}", from_="deploy/sleep")
    assert answer.request.path == path.removeprefix("/api")


def test_the_old_path_moved(mesh_config):
    answer = mesh_config.explain("GET", "http://helloworld:5000/hi", from_="deploy/sleep")
    assert (answer.verdict, answer.status, answer.location) == ("redirect", 308, "http://helloworld:5000/hello")


def test_clients_outside_see_nothing_but_the_one_page(mesh_config):
    gateway = "gateway/istio-ingressgateway"
    assert mesh_config.explain("GET", "http://hello.example.com/hello", from_=gateway).verdict == "forward"
    assert mesh_config.explain("GET", "http://hello.example.com/hi", from_=gateway).status == 404
    assert mesh_config.explain("GET", "http://other.example.com/hello", from_=gateway).status == 404


def test_the_rules_fit_together(mesh_config):
    assert mesh_config.analyze() == ()


def test_a_slip_in_a_subset_is_found(mesh_config):
    mesh_config.load("""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: helloworld}
        spec:
          hosts: [helloworld]
          http:
          - route: [{destination: {host: helloworld, subset: v9}}]
    """)
    assert [problem.code for problem in mesh_config.analyze()] == ["IST0101"]
    assert mesh_config.explain("GET", HELLO, from_="deploy/sleep").status == 503
