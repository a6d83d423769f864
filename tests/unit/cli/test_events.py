"""`lateen events`."""

from tests.support.cli_mesh import CliMesh

EVENTS = "/api/v1/namespaces/default/events"


def event(name: str, last: str, kind: str = "Normal", about: str = "a", count: int = 1) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "default"},
        "type": kind,
        "reason": name.capitalize(),
        "message": f"it {name}",
        "involvedObject": {"kind": "Pod", "name": about, "namespace": "default"},
        "firstTimestamp": "2020-01-01T00:00:00Z",
        "lastTimestamp": last,
        "count": count,
    }


def test_in_the_order_in_which_things_happened(mesh: CliMesh) -> None:
    mesh.add(EVENTS, event("late", "2021-01-01T00:00:00Z", "Warning", count=3))
    mesh.add(EVENTS, event("early", "2020-01-01T00:00:00Z", about="b"))
    lines = mesh.run("events").lines
    assert [line.split()[-1] for line in lines] == ["MESSAGE", "early", "late"]
    assert "(x3 over " in lines[2]
    assert "Pod/a" in lines[2]
    assert [line.split()[-1] for line in mesh.run("events", "--for", "pod/b", "--no-headers").lines] == ["early"]
    assert [line.split()[-1] for line in mesh.run("events", "--types", "Warning").lines] == ["MESSAGE", "late"]
    assert mesh.run("events", "-A").lines[1].startswith("default ")


def test_none(mesh: CliMesh) -> None:
    assert mesh.run("events").err == "No events found in default namespace.\n"
    assert "write KIND/NAME" in mesh.run("events", "--for", "pods", code=2).err
