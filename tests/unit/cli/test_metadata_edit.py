"""`label` and `annotate`: `KEY=VALUE` and `KEY-`."""

from tests.support.cli_mesh import CliMesh

from lateen.cli.metadata_edit import split_changes


def test_names_come_before_changes() -> None:
    words = ("namespace", "default", "istio-injection=enabled", "old-")
    assert split_changes(words) == (("namespace", "default"), {"istio-injection": "enabled", "old": None})


def test_a_value_may_hold_an_equals_sign_or_nothing() -> None:
    assert split_changes(("pod/a", "x=a=b", "y="))[1] == {"x": "a=b", "y": ""}


def test_each_outcome_has_its_word(mesh: CliMesh) -> None:
    label = ("label", "ns", "default")
    assert mesh.run(*label, "a=b").lines == ["namespace/default labeled"]
    assert mesh.run(*label, "a=b").lines == ["namespace/default not labeled"]
    refused = mesh.run(*label, "a=c", code=1)
    assert refused.err == "error: namespace/default already has a=b; use --overwrite to change it\n"
    assert mesh.run(*label, "a=c", "--overwrite").lines == ["namespace/default labeled"]
    assert mesh.run("get", "ns/default", "-o", "jsonpath={.metadata.labels.a}").out == "c"
    assert mesh.run(*label, "a-").lines == ["namespace/default unlabeled"]
    assert mesh.run(*label, "a-").lines == ["namespace/default not labeled"]
    assert mesh.run("annotate", "ns/default", "x=y").lines == ["namespace/default annotated"]


def test_by_label_and_all(mesh: CliMesh) -> None:
    for name in ("a", "b"):
        mesh.run("create", "cm", name)
    assert mesh.run("label", "cm", "--all", "x=y").lines == ["configmap/a labeled", "configmap/b labeled"]
    assert mesh.run("label", "cm", "-l", "x=y", "z=1").lines == ["configmap/a labeled", "configmap/b labeled"]
    assert "give -l or --all" in mesh.run("label", "cm", "x=y", code=2).err
    assert "say what to label" in mesh.run("label", "cm", "a", code=2).err
    assert "not found" in mesh.run("label", "cm", "nope", "x=y", code=1).err
