"""`lateen patch`."""

from pathlib import Path

import click
import pytest
from tests.support.cli_mesh import CliMesh

from lateen.cli.patch import parse_patch

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "s", "labels": {"a": "b"}},
    "spec": {"selector": {"app": "s"}, "ports": [{"name": "http", "port": 80}, {"name": "tls", "port": 443}]},
}
SERVICES = "/api/v1/namespaces/default/services"


def ports(mesh: CliMesh) -> str:
    return mesh.run("get", "svc/s", "-o", "jsonpath={.spec.ports[*].port}").out


def test_kinds_of_kubernetes_are_merged_entry_by_entry(mesh: CliMesh) -> None:
    mesh.add(SERVICES, SERVICE)
    words = ("patch", "svc", "s", "-p", '{"spec": {"ports": [{"port": 443, "name": "https"}]}}')
    assert mesh.run(*words).lines == ["service/s patched"]
    assert ports(mesh) == "80 443"
    assert mesh.run(*words).lines == ["service/s patched (no change)"]


def test_other_types(mesh: CliMesh, tmp_path: Path) -> None:
    mesh.add(SERVICES, SERVICE)
    mesh.run("patch", "svc/s", "--type", "merge", "-p", "{spec: {ports: [{port: 8080}]}}")
    assert ports(mesh) == "8080"
    file = tmp_path / "patch"
    file.write_text('[{"op": "remove", "path": "/metadata/labels/a"}]')
    assert mesh.run("patch", "svc/s", "--type", "json", "--patch-file", str(file), "-o", "name").lines == ["service/s"]
    assert "labels: {}" in mesh.run("patch", "svc/s", "-p", "{}", "-o", "yaml").out


def test_what_can_not_be_done(mesh: CliMesh) -> None:
    assert "not found" in mesh.run("patch", "svc", "s", "-p", "{}", code=1).err
    assert "-p or --patch-file" in mesh.run("patch", "svc", "s", code=2).err
    assert "name what to patch" in mesh.run("patch", "svc", "-p", "{}", code=2).err


def test_patches_are_json_or_yaml() -> None:
    assert parse_patch("a:\n  b: 1") == {"a": {"b": 1}}
    assert parse_patch('[{"op": "x"}]') == [{"op": "x"}]
    for wrong in ("{", "just words", "1"):
        with pytest.raises(click.UsageError):
            parse_patch(wrong)
