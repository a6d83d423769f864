"""`lateen delete`."""

from tests.support.cli_mesh import PODS, CliMesh, pod


def test_by_name_by_label_and_all(mesh: CliMesh) -> None:
    for name in ("a", "b", "c"):
        mesh.run("create", "cm", name)
    mesh.run("label", "cm", "a", "x=y")
    assert mesh.run("delete", "cm/b").lines == ['configmap "b" deleted']
    assert mesh.run("delete", "cm", "-l", "x=y").lines == ['configmap "a" deleted']
    assert mesh.run("delete", "cm", "--all").lines == ['configmap "c" deleted']
    assert mesh.run("get", "cm", "-o", "name").out == ""


def test_what_is_not_there_is_an_error_unless_ignored(mesh: CliMesh) -> None:
    mesh.run("create", "cm", "a")
    ran = mesh.run("delete", "cm", "nope", "a", code=1)
    assert ran.lines == ['configmap "a" deleted']
    assert "not found" in ran.err
    assert mesh.run("delete", "cm", "nope", "--ignore-not-found").err == ""


def test_everything_of_a_kind_is_never_deleted_by_accident(mesh: CliMesh) -> None:
    assert "give -l or --all" in mesh.run("delete", "cm", code=2).err
    assert "KIND --all" in mesh.run("delete", code=2).err


def test_waiting_ends_with_a_hint_when_a_pod_does_not_stop(mesh: CliMesh) -> None:
    # No node confirms the end of the pod here.
    mesh.add(PODS, *pod("a"))
    ran = mesh.run("delete", "pod", "a", "--timeout", "0.1s", code=1)
    assert ran.lines == ['pod "a" deleted']
    assert ran.err.startswith("error: pod/a is still there after 0.1 s")
    assert mesh.run("delete", "pod", "a", "--force").lines == ['pod "a" deleted']
    assert mesh.run("get", "pods", "-o", "name").out == ""


def test_how_far_it_came_is_told_where_proxies_are_concerned(mesh: CliMesh) -> None:
    mesh.run("create", "cm", "a")
    mesh.distribution = {"proxies": 1, "acked": 1, "nacked": [], "elapsedMs": 3.0, "complete": True}
    assert mesh.run("delete", "cm", "a").lines[-1] == "reached 1 proxy, acknowledged by 1 after 3 ms"
