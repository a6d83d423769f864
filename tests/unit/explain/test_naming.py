import pytest
from tests.support.explaining import MESH, scenario

from lateen.explain.naming import OUTSIDE, look_up, with_port

MORE = """
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {clusterIP: None, selector: {app: db}, ports: [{name: tcp, port: 5432}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db-0, namespace: data, labels: {app: db}}
spec: {containers: [{name: app, image: app}]}
---
apiVersion: v1
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: reviews.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: alias-of-alias}
spec: {type: ExternalName, externalName: alias.default.svc.cluster.local}
---
apiVersion: v1
kind: Service
metadata: {name: loop}
spec: {type: ExternalName, externalName: loop.default.svc.cluster.local}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: out}
spec:
  hosts: [api.example.com, "*.wild.example.com"]
  addresses: [192.0.2.9]
  ports: [{number: 443, name: tls, protocol: TLS}]
  resolution: NONE
"""


@pytest.mark.parametrize(
    ("host", "namespace", "service"),
    [
        ("reviews", "default", "reviews.default.svc.cluster.local"),
        ("reviews.default", "data", "reviews.default.svc.cluster.local"),
        ("reviews.default.svc.cluster.local.", "data", "reviews.default.svc.cluster.local"),
        ("REVIEWS", "default", "reviews.default.svc.cluster.local"),
        ("reviews", "data", None),
        ("db", "data", "db.data.svc.cluster.local"),
        ("alias", "default", "reviews.default.svc.cluster.local"),
        ("alias-of-alias", "default", "reviews.default.svc.cluster.local"),
        ("api.example.com", "data", "api.example.com"),
        ("a.wild.example.com", "data", "*.wild.example.com"),
        ("example.com", "data", None),
    ],
)
def test_names(host: str, namespace: str, service: str | None) -> None:
    named = look_up(scenario(MESH + MORE), host, namespace)
    assert (named.service.hostname if named.service else None) == service
    assert (named.address == OUTSIDE) == (service is None)


def test_a_name_that_leads_back_to_itself_has_no_address() -> None:
    named = look_up(scenario(MESH + MORE), "loop", "default")
    assert named.address == OUTSIDE
    assert "leads back to itself" in named.text


def test_a_headless_service_leads_to_a_pod() -> None:
    made = scenario(MESH + MORE)
    assert look_up(made, "db", "data").address == made.snapshot.workloads["data", "db-0"].address


def test_addresses_say_whose_they_are() -> None:
    made = scenario(MESH)
    assert "pod default/sleep-1" in look_up(made, made.snapshot.workloads["default", "sleep-1"].address, "x").text
    assert "no address of the mesh" in look_up(made, "203.0.113.5", "x").text


@pytest.mark.parametrize(
    ("host", "end"),
    [
        ("revews", "; did you mean reviews?"),
        ("db", "; did you mean db.data?"),
        ("www.example.com", f"(its address is taken as {OUTSIDE})"),
        ("xyz", f"(its address is taken as {OUTSIDE})"),
    ],
)
def test_slips_are_noticed(host: str, end: str) -> None:
    assert look_up(scenario(MESH + MORE), host, "default").text.endswith(end)


@pytest.mark.parametrize(
    ("host", "port", "end"),
    [
        ("reviews", 80, "; it has no port 80, its port is 9080"),
        ("reviews", 9080, ""),
        ("xyz", 80, ""),
    ],
)
def test_ports_that_a_service_does_not_have_are_said(host: str, port: int, end: str) -> None:
    named = look_up(scenario(MESH), host, "default")
    assert with_port(named, port).text == named.text + end
