"""What sidecars make of calls that arrive: Istio's `TestInbound` where mutual TLS is off, and `TestInboundClusters`."""

import pytest
from tests.support.asked import asked, short
from tests.support.routing import document

from lateen.explain.result import Verdict

READ = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "inboundHttp: true"}
"""
UNREAD = ""


def front(name: str, *ports: str) -> str:
    return f"""
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: default}}
spec: {{selector: {{app: app}}, ports: [{", ".join(ports)}]}}
"""


APP = """
---
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: default, labels: {app: app}}
spec: {containers: [{name: app, image: app}, {name: istio-proxy, image: proxy}]}
status: {podIP: 10.1.1.1, phase: Running}
"""
PORTS = front("app", "{name: tcp, port: 70}", "{name: http, port: 80}", "{name: auto, port: 81}")
CLIENTS = ("tcp://{}", "http://{}", "http://{} h2", "tls://{}", "https://{}")


ENTRY = document(
    "ServiceEntry",
    "foo",
    "{hosts: [foo.bar], location: MESH_INTERNAL, resolution: STATIC, endpoints: [{address: 10.1.1.1}], "
    "ports: [{name: tcp, number: 70, protocol: TCP}, {name: http, number: 80, protocol: HTTP}, "
    "{name: auto, number: 81}]}",
)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("port", [70, 80, 81, 82])
@pytest.mark.parametrize("settings", [READ, UNREAD])
@pytest.mark.parametrize("services", [PORTS, ENTRY], ids=["Service", "ServiceEntry"])
def test_calls_that_arrive(services: str, settings: str, port: int, client: str) -> None:
    answer = asked(settings + services + APP, client.format(f"10.1.1.1:{port}"), "app", inbound=True)
    is_read = settings == READ and client.startswith("http:") and port in {80, 81}
    if settings == READ and port == 80 and not is_read:
        assert answer.verdict is (Verdict.NO_LISTENER if client.startswith("tcp") else Verdict.TLS_ERROR)
        return
    assert short(answer) == ("InboundPassthroughCluster" if port == 82 else f"inbound|{port}||")
    assert (answer.listener, answer.route is not None) == ("virtualInbound", is_read)
    if answer.route is not None:
        assert answer.route.virtual_host == f"inbound|http|{port}"
    else:
        assert answer.filter_chain == ("virtualInbound" if port == 82 else f"0.0.0.0_{port}")


TARGETS = (
    "{name: http, port: 80, targetPort: 8080}",
    "{name: http-other, port: 81, targetPort: 8081}",
    "{name: http, port: 80, targetPort: 8082}",
)


@pytest.mark.parametrize(
    ("fronts", "known"),
    [
        ("", ()),
        (front("a", TARGETS[0]), (8080,)),
        (front("a", *TARGETS[:2]), (8080, 8081)),
        (front("a", *TARGETS[:2]) + front("b", TARGETS[2]), (8080, 8081, 8082)),
        (front("a", *TARGETS[:2]) + front("b", *TARGETS[:2]), (8080, 8081)),
    ],
)
def test_ports_are_those_behind_services(fronts: str, known: tuple[int, ...]) -> None:
    other = "---\napiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {ports: [{port: 1}]}\n"
    for port in (8080, 8081, 8082):
        expected = f"inbound|{port}||" if port in known else "InboundPassthroughCluster"
        assert short(asked(APP + other + fronts, f"http://10.1.1.1:{port}/", "app", inbound=True)) == expected
