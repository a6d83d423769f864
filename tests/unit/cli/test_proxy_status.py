"""`lateen proxy-status`."""

import json

from tests.support.cli_mesh import CliMesh


def proxy(name: str, **statuses: str) -> dict[str, object]:
    types: dict[str, dict[str, object]] = {
        kind: {"status": status, "message": "no such cluster" if status == "ERROR" else "", "resources": []}
        for kind, status in statuses.items()
    }
    return {"proxy": name, "cluster": "Kubernetes", "version": "1.2.3", "types": types}


def test_a_row_for_each_proxy_in_istioctls_columns(mesh: CliMesh) -> None:
    mesh.syncz = [proxy("a.default", CDS="SYNCED", RDS="STALE", LDS="NOT SENT"), proxy("b.default", CDS="NOT SENT")]
    lines = mesh.run("proxy-status").lines
    assert " ".join(lines[0].split()) == "NAME CLUSTER ISTIOD VERSION SUBSCRIBED TYPES"
    assert " ".join(lines[1].split()) == "a.default Kubernetes lateen 1.2.3 CDS: SYNCED, RDS: STALE"
    assert lines[2].endswith("NOT SENT")
    assert len(mesh.run("ps", "b.").lines) == 2
    assert [each["proxy"] for each in json.loads(mesh.run("ps", "-o", "json", "a").out)] == ["a.default"]


def test_what_a_proxy_refused_is_below_the_table(mesh: CliMesh) -> None:
    mesh.syncz = [proxy("a.default", CDS="SYNCED", RDS="ERROR")]
    ran = mesh.run("proxy-status", code=1)
    assert "RDS: ERROR" in ran.out
    assert "a.default refused RDS: no such cluster" in ran.err


def test_none(mesh: CliMesh) -> None:
    assert mesh.run("proxy-status", code=1).err.startswith("error: no proxy is connected")
    assert "'x'" in mesh.run("proxy-status", "x", code=1).err
