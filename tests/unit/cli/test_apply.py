"""`lateen apply`."""

from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.support.cli_mesh import CliMesh

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
"""
RULE = """\
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v1}}]}]}
"""
SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}]}
"""


def reached(proxies: int, acked: int, *nacked: str, complete: bool = True) -> dict[str, object]:
    refusals = [{"proxy": name, "type": "RDS", "message": "no such cluster"} for name in nacked]
    return {"proxies": proxies, "acked": acked, "nacked": refusals, "elapsedMs": 12.3, "complete": complete}


def test_created_then_unchanged_then_configured(mesh: CliMesh) -> None:
    assert mesh.apply(SERVICE).lines == ["service/reviews created"]
    assert mesh.apply(SERVICE).lines == ["service/reviews unchanged"]
    assert mesh.apply(SERVICE.replace("9080", "9081")).lines == ["service/reviews configured"]


def test_a_warning_is_told_once_and_with_its_line(mesh: CliMesh) -> None:
    text = SUBSETS.replace("spec: {", "spec: {trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}, ")
    (line,) = mesh.apply(text).err.splitlines()
    assert line.startswith("warning: <stdin>:4: DestinationRule reviews: spec.trafficPolicy.tls.mode: ")


def test_what_others_refer_to_comes_first(mesh: CliMesh) -> None:
    assert [line.split("/")[0] for line in mesh.apply(f"{RULE}---\n{SUBSETS}---\n{SERVICE}").lines] == [
        "service",
        "destinationrule.networking.istio.io",
        "virtualservice.networking.istio.io",
    ]


def test_with_one_mistake_nothing_is_applied_and_all_mistakes_are_told(mesh: CliMesh) -> None:
    wrong = SERVICE.replace("9080", "99999").replace("selector", "selektor")
    ran = mesh.run("apply", "-f", "-", stdin=f"{RULE}---\n{wrong}", code=1)
    assert ran.out == ""
    assert "<stdin>:" in ran.err
    assert "selektor" in ran.err
    assert "99999" in ran.err
    assert ran.err.splitlines()[-1] == "nothing was applied: 2 errors in -"
    assert mesh.run("get", "vs", "-o", "name").out == ""


def test_a_refusal_by_the_server_is_told_with_its_line_and_the_rest_goes_on(mesh: CliMesh) -> None:
    ran = mesh.run("apply", "-f", "-", "-n", "nope", stdin=f"{SERVICE}---\n{RULE}", code=1)
    first, second = ran.err.splitlines()
    assert first.startswith("<stdin>:1: Error from server (NotFound)")
    assert second.startswith("<stdin>:6: ")


def test_how_far_it_came_is_asked_for_all_its_revisions_and_printed(mesh: CliMesh) -> None:
    mesh.distribution = reached(6, 6)
    ran = mesh.apply(f"{SERVICE}---\n{RULE}")
    assert ran.lines[-1] == "reached 6 proxies, acknowledged by 6 after 12 ms"
    asked = parse_qs(mesh.asked[-1])
    assert int(asked["since"][0]) < int(asked["revision"][0])


@pytest.mark.parametrize(
    ("answer", "code", "err"),
    [
        (reached(2, 2), 0, ""),
        (reached(2, 1, "a.default"), 1, "error: proxy a.default refused it: no such cluster\n"),
        (
            reached(2, 1, complete=False),
            1,
            "error: not acknowledged by every proxy within 0.2 s: see `lateen proxy-status`\n",
        ),
        (
            reached(0, 0, complete=False) | {"postponed": True},
            1,
            "not in effect yet: it waits a few seconds for a rule that it needs\n"
            "error: not acknowledged by every proxy within 0.2 s: see `lateen proxy-status`\n",
        ),
    ],
)
def test_waiting_fails_when_a_proxy_refuses_or_is_late_or_another_rule_is(
    mesh: CliMesh, answer: dict[str, object], code: int, err: str
) -> None:
    mesh.distribution = answer
    ran = mesh.run("apply", "-f", "-", "--wait", "--timeout", "200ms", stdin=SERVICE, code=code)
    assert ran.err == err


def test_without_waiting_a_change_that_no_proxy_sees_is_not_spoken_of(mesh: CliMesh) -> None:
    mesh.distribution = reached(0, 0)
    assert mesh.apply(SERVICE).lines == ["service/reviews created"]
    changed = SERVICE.replace("9080", "1")
    assert mesh.run("apply", "-f", "-", "--wait", stdin=changed).lines[-1] == "no running proxy is affected"


@pytest.mark.parametrize(("mode", "remark"), [("client", "applied (dry run)"), ("server", "created (server dry run)")])
def test_a_dry_run_changes_nothing(mesh: CliMesh, mode: str, remark: str) -> None:
    assert mesh.run("apply", "-f", "-", "--dry-run", mode, stdin=SERVICE).lines == [f"service/reviews {remark}"]
    assert mesh.run("get", "svc", "-o", "name").out == ""


def test_folders_and_what_is_not_in_them(mesh: CliMesh, tmp_path: Path) -> None:
    inner = tmp_path / "files" / "inner"
    inner.mkdir(parents=True)
    (inner / "a.yaml").write_text(SERVICE)
    (inner / "notes.txt").write_text("not: yaml: at all")
    folder = str(inner.parent)
    assert mesh.run("apply", "-f", folder, code=1).err.endswith("-R looks into folders of folders\n")
    assert mesh.run("apply", "-R", "-f", folder).lines == ["service/reviews created"]
    assert mesh.run("delete", "-f", str(inner)).lines == ['service "reviews" deleted']


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("/nope.yaml", "error: /nope.yaml: No such file or directory"),
        ("http://example.com/x.yaml", "error: http://example.com/x.yaml: only URLs on this machine are read"),
        ("http://127.0.0.1:1/x.yaml", "error: http://127.0.0.1:1/x.yaml: "),
    ],
)
def test_sources_that_can_not_be_read(mesh: CliMesh, source: str, message: str) -> None:
    assert mesh.run("apply", "-f", source, code=2).err.startswith(message)
