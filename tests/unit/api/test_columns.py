from datetime import UTC, datetime

import pytest

from lateen.api.codec import from_yaml
from lateen.api.column import Cell
from lateen.api.schema import kind_info

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def row(kind: str, text: str, *, wide: bool = False) -> list[str]:
    body = from_yaml(text)
    cells: list[Cell] = [column.cell for column in kind_info(kind).columns if wide or column.priority == 0]
    return [cell(body, NOW) for cell in cells]


def names(kind: str, *, wide: bool = False) -> list[str]:
    return [column.name.upper() for column in kind_info(kind).columns if wide or column.priority == 0]


RUNNING = "{name: a, ready: true, restartCount: 0, state: {running: {startedAt: x}}}"


@pytest.mark.parametrize(
    ("extra", "ready", "status", "restarts"),
    [
        (f"status: {{phase: Running, containerStatuses: [{RUNNING}]}}", "1/2", "Running", "0"),
        ("status: {phase: Pending}", "0/2", "Pending", "0"),
        ("status: {phase: Pending, reason: Evicted}", "0/2", "Evicted", "0"),
        (
            "status: {phase: Running, containerStatuses: [{name: b, restartCount: 3,"
            " state: {waiting: {reason: CrashLoopBackOff}},"
            " lastState: {terminated: {finishedAt: '2026-01-01T11:58:00Z', exitCode: 1}}}]}",
            "0/2",
            "CrashLoopBackOff",
            "3 (2m ago)",
        ),
        (
            "status: {phase: Running, containerStatuses: [{name: b, state: {terminated: {exitCode: 7}}}]}",
            "0/2",
            "ExitCode:7",
            "0",
        ),
        (
            "status: {phase: Running, containerStatuses: [{name: b, state: {terminated: {signal: 9}}}]}",
            "0/2",
            "Signal:9",
            "0",
        ),
        (
            f"status: {{phase: Running, conditions: [{{type: Ready, status: 'False'}}], containerStatuses: [{RUNNING},"
            " {name: b, state: {terminated: {reason: Completed}}}]}",
            "1/2",
            "NotReady",
            "0",
        ),
    ],
)
def test_pods_show_what_is_going_on(extra: str, ready: str, status: str, restarts: str) -> None:
    metadata = "metadata: {name: p, creationTimestamp: '2026-01-01T11:59:00Z'}"
    text = f"{metadata}\nspec: {{containers: [{{name: a}}, {{name: b}}]}}\n{extra}\n"
    assert row("Pod", text) == ["p", ready, status, restarts, "60s"]


def test_pods_that_end_or_begin() -> None:
    spec = (
        "spec: {nodeName: m, containers: [{name: a}], initContainers: [{name: i}, {name: s, restartPolicy: Always}]}\n"
    )
    deleted = f"metadata: {{name: p, deletionTimestamp: x}}\n{spec}status: {{phase: Running}}\n"
    assert row("Pod", deleted)[1:3] == ["0/2", "Terminating"]
    waiting = "status: {phase: Pending, initContainerStatuses: [{name: i, state: {running: {}}}]}\n"
    assert row("Pod", f"metadata: {{name: p}}\n{spec}{waiting}")[2] == "Init:0/2"
    state = "{waiting: {reason: ErrImagePull}}"
    failing = f"status: {{podIP: 10.0.0.1, initContainerStatuses: [{{name: i, state: {state}}}]}}\n"
    assert row("Pod", f"metadata: {{name: p}}\n{spec}{failing}", wide=True) == [
        *("p", "0/2", "Init:ErrImagePull", "0", "<unknown>", "10.0.0.1", "m", "<none>", "<none>"),
    ]


@pytest.mark.parametrize(
    ("spec", "cells"),
    [
        (
            "{clusterIP: 10.0.0.1, ports: [{port: 80}, {port: 53, protocol: UDP}]}",
            ["ClusterIP", "10.0.0.1", "<none>", "80/TCP,53/UDP"],
        ),
        ("{clusterIP: None, type: ClusterIP}", ["ClusterIP", "None", "<none>", "<none>"]),
        (
            "{type: NodePort, clusterIP: 1.2.3.4, ports: [{port: 80, nodePort: 30080}]}",
            ["NodePort", "1.2.3.4", "<none>", "80:30080/TCP"],
        ),
        ("{type: LoadBalancer, ports: [{port: 80}]}", ["LoadBalancer", "<none>", "<pending>", "80/TCP"]),
        ("{type: ExternalName, externalName: a.com}", ["ExternalName", "<none>", "a.com", "<none>"]),
    ],
)
def test_services(spec: str, cells: list[str]) -> None:
    assert row("Service", f"metadata: {{name: s}}\nspec: {spec}\n")[1:5] == cells


def test_a_load_balancers_addresses() -> None:
    status = "status: {loadBalancer: {ingress: [{ip: 127.0.0.1}, {hostname: x}]}}"
    assert (
        row("Service", f"metadata: {{name: s}}\nspec: {{type: LoadBalancer, externalIPs: [1.1.1.1]}}\n{status}\n")[3]
        == "127.0.0.1,x,1.1.1.1"
    )


def test_deployments() -> None:
    text = (
        "metadata: {name: d}\nspec: {replicas: 3, selector: {matchLabels: {b: c, app: x}}, template: {spec: {"
        "containers: [{name: a, image: i:1}, {name: b, image: j}]}}}\n"
        "status: {readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1}\n"
    )
    assert names("Deployment") == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert row("Deployment", text, wide=True) == ["d", "1/3", "2", "1", "<unknown>", "a,b", "i:1,j", "app=x,b=c"]


@pytest.mark.parametrize(
    ("kind", "text", "heads", "cells"),
    [
        (
            "VirtualService",
            "metadata: {name: bookinfo}\nspec: {gateways: [bookinfo-gateway], hosts: ['*', b]}\n",
            ["NAME", "GATEWAYS", "HOSTS", "AGE"],
            ["bookinfo", '["bookinfo-gateway"]', '["*","b"]', "<unknown>"],
        ),
        ("VirtualService", "spec: {hosts: [reviews]}\n", None, ["", "", '["reviews"]', "<unknown>"]),
        ("DestinationRule", "spec: {host: reviews}\n", ["NAME", "HOST", "AGE"], ["", "reviews", "<unknown>"]),
        ("Gateway", "metadata: {name: g}\n", ["NAME", "AGE"], ["g", "<unknown>"]),
        (
            "ServiceEntry",
            "spec: {hosts: [a.com], location: MESH_EXTERNAL, resolution: DNS}\n",
            ["NAME", "HOSTS", "LOCATION", "RESOLUTION", "AGE"],
            ["", '["a.com"]', "MESH_EXTERNAL", "DNS", "<unknown>"],
        ),
        ("WorkloadEntry", "spec: {address: 1.2.3.4}\n", ["NAME", "AGE", "ADDRESS"], ["", "<unknown>", "1.2.3.4"]),
        ("ConfigMap", "metadata: {name: c}\ndata: {a: b, c: d}\n", ["NAME", "DATA", "AGE"], ["c", "2", "<unknown>"]),
        ("Secret", "data: {a: b}\n", ["NAME", "TYPE", "DATA", "AGE"], ["", "Opaque", "1", "<unknown>"]),
        (
            "Namespace",
            "metadata: {name: m, deletionTimestamp: x}\n",
            ["NAME", "STATUS", "AGE"],
            ["m", "Terminating", "<unknown>"],
        ),
        (
            "Node",
            "metadata: {name: m, labels: {node-role.kubernetes.io/worker: ''}}\n"
            "status: {conditions: [{type: Ready, status: 'True'}]}\n",
            ["NAME", "STATUS", "ROLES", "AGE", "VERSION"],
            ["m", "Ready", "worker", "<unknown>", ""],
        ),
        (
            "EndpointSlice",
            "addressType: IPv4\nports: [{port: 80}]\n"
            "endpoints: [{addresses: [a, b]}, {addresses: [c]}, {addresses: [d]}]\n",
            ["NAME", "ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE"],
            ["", "IPv4", "80", "a,b,c + 1 more...", "<unknown>"],
        ),
        (
            "Endpoints",
            "subsets: [{addresses: [{ip: a}, {ip: b}], ports: [{port: 1}]}]\n",
            ["NAME", "ENDPOINTS", "AGE"],
            ["", "a:1,b:1", "<unknown>"],
        ),
        (
            "Event",
            "type: Warning\nreason: BackOff\nmessage: m\ncount: 3\ninvolvedObject: {kind: Pod, name: p}\n"
            "firstTimestamp: '2026-01-01T11:00:00Z'\nlastTimestamp: '2026-01-01T11:59:50Z'\n",
            ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"],
            ["10s (x3 over 60m)", "Warning", "BackOff", "pod/p", "m"],
        ),
        (
            "Ingress",
            "metadata: {name: i}\n"
            "spec: {ingressClassName: istio, tls: [{}], rules: [{host: a}, {}, {host: b}, {host: c}, {host: d}]}\n"
            "status: {loadBalancer: {ingress: [{ip: 1.2.3.4}, {hostname: h}]}}\n",
            ["NAME", "CLASS", "HOSTS", "ADDRESS", "PORTS", "AGE"],
            ["i", "istio", "a,b,c + 1 more...", "1.2.3.4,h", "80, 443", "<unknown>"],
        ),
        ("Ingress", "metadata: {name: i}\nspec: {}\n", None, ["i", "<none>", "*", "", "80", "<unknown>"]),
        (
            "IngressClass",
            "metadata: {name: istio}\nspec: {controller: istio.io/ingress-controller}\n",
            ["NAME", "CONTROLLER", "PARAMETERS", "AGE"],
            ["istio", "istio.io/ingress-controller", "<none>", "<unknown>"],
        ),
    ],
)
def test_the_other_kinds(kind: str, text: str, heads: list[str] | None, cells: list[str]) -> None:
    if heads:
        assert names(kind) == heads
    assert row(kind, text) == cells


def test_rules_say_in_wide_lists_what_became_of_them() -> None:
    good = "{type: Accepted, status: 'True', reason: Accepted}"
    bad = "{type: Accepted, status: 'False', reason: IST0101}"
    reconciled = "{type: Reconciled, status: 'False', message: 5/6 proxies up to date.}"
    for kind in ("Gateway", "RouteRule"):
        assert names(kind, wide=True)[-2:] == ["ACCEPTED", "PROXIES"]
        for conditions, cells in (
            ("", ["", ""]),
            (good, ["True", ""]),
            (f"{bad}, {reconciled}", ["IST0101", "5/6"]),
        ):
            assert row(kind, f"status: {{conditions: [{conditions}]}}\n", wide=True)[-2:] == cells
