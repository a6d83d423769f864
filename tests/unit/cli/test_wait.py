"""`lateen wait`."""

import threading

import click
import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.cli.wait import parse_condition


def document(**status: object) -> dict[str, object]:
    return {"metadata": {"generation": 2}, "status": status}


def condition(name: str, value: str) -> list[dict[str, str]]:
    return [{"type": name, "status": value}]


@pytest.mark.parametrize(
    ("text", "body", "holds"),
    [
        ("delete", None, True),
        ("delete", document(), False),
        ("create", None, False),
        ("condition=Ready", None, False),
        ("condition=ready", document(conditions=condition("Ready", "True")), True),
        ("condition=Ready", document(conditions=condition("Ready", "False")), False),
        ("condition=Ready=False", document(conditions=condition("Ready", "False")), True),
        # A status that speaks of an older version says nothing of this one.
        ("condition=Ready", document(conditions=condition("Ready", "True"), observedGeneration=1), False),
        ("jsonpath={.status.phase}=Running", document(phase="Running"), True),
        ("jsonpath={.status.phase}=Running", document(phase="Pending"), False),
        ("jsonpath={.status.podIP}", document(), False),
        ("jsonpath={.status.podIP}", document(podIP="1.2.3.4"), True),
        ('jsonpath={.status.conditions[?(@.type=="A")].status}', document(conditions=condition("A", "x")), True),
    ],
)
def test_conditions(text: str, body: dict[str, object] | None, holds: bool) -> None:
    assert parse_condition(text)(body) is holds


@pytest.mark.parametrize("text", ["", "ready", "condition=", "jsonpath={.a[}"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(click.UsageError, match="--for"):
        parse_condition(text)


def test_what_holds_already_returns_at_once(mesh: CliMesh) -> None:
    mesh.add(PODS, *pod("a", app="x"))
    mesh.add(PODS, *pod("b", app="x"))
    assert mesh.run("wait", "--for=condition=Ready", "pod", "-l", "app=x").lines == [
        "pod/a condition met",
        "pod/b condition met",
    ]
    assert mesh.run("wait", "--for=delete", "pod/nope").code == 0


def test_a_change_ends_the_wait(mesh: CliMesh) -> None:
    mesh.run("create", "cm", "c")
    with mesh.client as client:
        remove = threading.Timer(0.1, lambda: client.delete("/api/v1/namespaces/default/configmaps/c"))
        remove.start()
        assert mesh.run("wait", "--for=delete", "cm/c").lines == ["configmap/c condition met"]
        remove.join()


def test_what_can_not_come_is_told(mesh: CliMesh) -> None:
    mesh.add(PODS, *pod("a", ready=False))
    late = mesh.run("wait", "--for=condition=Ready", "pod/a", "--timeout=0.1s", code=1)
    assert late.err == "error: timed out waiting for the condition on pods/a\n"
    assert 'pods "nope" not found' in mesh.run("wait", "--for=condition=Ready", "pod/nope", code=1).err
    none = mesh.run("wait", "--for=condition=Ready", "pod", "-l", "app=nope", code=1)
    assert none.err == "error: no matching resources found\n"
    assert "-l or --all" in mesh.run("wait", "--for=delete", "pod", code=2).err
