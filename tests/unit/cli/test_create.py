"""`lateen create`."""

import base64
import json
from pathlib import Path

import click
import pytest
from tests.support.cli_mesh import CliMesh

from lateen.cli.create import contents


def test_each_kind(mesh: CliMesh, tmp_path: Path) -> None:
    (tmp_path / "cert").write_text("C")
    assert mesh.run("create", "ns", "shop").lines == ["namespace/shop created"]
    assert mesh.run("create", "sa", "web", "-n", "shop").lines == ["serviceaccount/web created"]
    assert mesh.run("create", "secret", "generic", "s", "--from-literal", "a=b").lines == ["secret/s created"]
    pair = str(tmp_path / "cert")
    made = json.loads(mesh.run("create", "secret", "tls", "t", "--cert", pair, "--key", pair, "-o", "json").out)
    assert (made["type"], base64.b64decode(made["data"]["tls.key"])) == ("kubernetes.io/tls", b"C")


def test_what_is_there_already_is_an_error(mesh: CliMesh) -> None:
    assert "AlreadyExists" in mesh.run("create", "ns", "default", code=1).err


def test_a_dry_run_prints_what_can_be_applied(mesh: CliMesh) -> None:
    text = mesh.run("create", "cm", "c", "--from-literal", "a=b", "--dry-run", "client", "-o", "yaml").out
    assert mesh.run("get", "cm", "-o", "name").out == ""
    assert mesh.apply(text).lines == ["configmap/c created"]
    assert mesh.run("create", "cm", "d", "--dry-run", "server").lines == ["configmap/d created (server dry run)"]
    assert mesh.run("create", "cm", "d", "-o", "name").lines == ["configmap/d"]


def test_from_a_file(mesh: CliMesh, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n")
    assert mesh.run("create", "-f", str(file)).lines == ["configmap/c created"]
    assert "say what to create" in mesh.run("create", code=2).err


def test_files_that_are_no_text_are_kept_as_they_are(mesh: CliMesh, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\xff\x00")
    made = json.loads(mesh.run("create", "cm", "c", "--from-file", str(tmp_path / "x.bin"), "-o", "json").out)
    assert base64.b64decode(made["binaryData"]["x.bin"]) == b"\xff\x00"


def test_keys_of_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    assert contents(("k=v=w",), (str(tmp_path),)) == {"k": b"v=w", "a": b"1", "b": b"2"}
    assert contents((), (f"key={tmp_path / 'a'}",)) == {"key": b"1"}


@pytest.mark.parametrize(("literals", "files"), [(("nope",), ()), (("=x",), ()), ((), ("/nope",))])
def test_what_can_not_be_read_is_refused(literals: tuple[str, ...], files: tuple[str, ...]) -> None:
    with pytest.raises(click.UsageError, match="--from-"):
        contents(literals, files)
