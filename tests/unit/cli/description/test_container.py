"""A container in a description."""

from typing import Any

import pytest

from lateen.cli.description.container import containers
from lateen.cli.description.lines import render


def described(spec: dict[str, Any], status: dict[str, Any] | None = None) -> dict[str, str]:
    """Titles and values of the one container."""
    statuses = [{"name": "c", **status}] if status else []
    lines = list(render(containers([{"name": "c", "image": "i:1", **spec}], statuses).entries))[1:]
    return {title.strip(): value.strip() for title, _, value in (line.partition(":") for line in lines)}


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"running": {"startedAt": "2026-11-21T03:36:25Z"}}, "Running since Sat, 21 Nov 2026 03:36:25 +0000"),
        (
            {"waiting": {"reason": "CrashLoopBackOff", "message": "again in 10s"}},
            "Waiting: CrashLoopBackOff: again in 10s",
        ),
        ({"waiting": {}}, "Waiting"),
    ],
)
def test_states(state: dict[str, Any], text: str) -> None:
    assert described({}, {"state": state})["State"] == text


def test_how_it_ended_before() -> None:
    ended = {"terminated": {"reason": "Error", "exitCode": 3, "startedAt": "", "finishedAt": ""}}
    shown = described({}, {"state": {"running": {}}, "lastState": ended, "restartCount": 2, "ready": True})
    assert shown["Last State"].startswith("Terminated: Error (exit code 3)")
    assert (shown["Restart Count"], shown["Ready"]) == ("2", "True")


@pytest.mark.parametrize(
    ("probe", "action"),
    [
        ({"httpGet": {"path": "/ready", "port": 80}}, "http-get http://:80/ready"),
        ({"tcpSocket": {"port": "web"}}, "tcp-socket :web"),
        ({"exec": {"command": ["sh", "-c", "exit 0"]}}, "exec sh -c 'exit 0'"),
        ({"grpc": {"port": 9}}, "grpc :9"),
    ],
)
def test_probes_with_their_timing(probe: dict[str, Any], action: str) -> None:
    shown = described({"readinessProbe": {**probe, "periodSeconds": 5}})["Readiness"]
    assert shown == f"{action} delay=0s timeout=1s period=5s #success=1 #failure=3"


def test_where_values_come_from() -> None:
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "C", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "D", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
    ]
    spec = {"name": "c", "env": env, "envFrom": [{"configMapRef": {"name": "all"}, "prefix": "P_"}]}
    text = "\n".join(line.strip() for line in render(containers([spec], []).entries))
    for line in (
        "(all of ConfigMap all with prefix P_)",
        "A: 1",
        "B: (the pod's metadata.name)",
        "C: (key k of Secret s)",
        "D: (the container's limits.cpu)",
    ):
        assert line in text


def test_what_it_runs_uses_and_sees() -> None:
    shown = described(
        {
            "command": ["sh", "-c", "sleep 1"],
            "ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}],
            "resources": {"limits": {"memory": "1Gi"}},
            "volumeMounts": [{"name": "v", "mountPath": "/data", "readOnly": True}],
        }
    )
    assert shown["Command"] == "sh -c 'sleep 1'"
    assert shown["Ports"] == "80/TCP, 53/UDP"
    assert shown["Limits"] == "memory: 1Gi"
    assert shown["Mounts"] == "/data from v (ro)"
