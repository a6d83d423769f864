"""`lateen get`."""

import json
from collections.abc import Iterator

import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.api.meta import JsonObject
from lateen.client.sync import SyncClient

RULE = """\
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}
"""


@pytest.fixture
def full(mesh: CliMesh) -> CliMesh:
    mesh.add(PODS, *pod("reviews-a", app="reviews", version="v1", ip="10.0.0.1"))
    mesh.add(PODS, *pod("reviews-b", app="reviews", version="v2", ip="10.0.0.2", ready=False))
    mesh.apply(RULE)
    return mesh


def test_a_table_has_the_columns_of_its_kind(full: CliMesh) -> None:
    lines = full.run("get", "pods").lines
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert [line.split()[:3] for line in lines[1:]] == [
        ["reviews-a", "2/2", "Running"],
        ["reviews-b", "0/2", "Running"],
    ]
    assert "10.0.0.1" in full.run("get", "po", "-o", "wide").out


def test_several_kinds_are_blocks_with_their_kinds_before_the_names(full: CliMesh) -> None:
    out = full.run("get", "vs,pods").out
    first, second = out.split("\n\n")
    assert first.splitlines()[1].startswith("virtualservice.networking.istio.io/reviews ")
    assert second.splitlines()[1].startswith("pod/reviews-a ")


def test_all_namespaces_have_a_column_of_their_own(full: CliMesh) -> None:
    assert full.run("get", "pods", "-A").lines[0].split()[0] == "NAMESPACE"
    assert full.run("get", "ns", "-A").lines[0].split()[0] == "NAME"
    assert "-n instead of -A" in full.run("get", "pod", "x", "-A", code=2).err


def test_labels_select_and_show(full: CliMesh) -> None:
    lines = full.run("get", "pods", "-l", "version=v2", "-L", "app", "--show-labels").lines
    assert lines[0].split()[-2:] == ["APP", "LABELS"]
    assert [line.split()[0] for line in lines[1:]] == ["reviews-b"]
    assert lines[1].endswith("reviews   app=reviews,version=v2")
    assert (
        full.run("get", "pods", "--field-selector", "metadata.name=reviews-a", "--no-headers")
        .lines[0]
        .startswith("reviews-a")
    )


def test_what_is_missing_is_told_after_what_is_there(full: CliMesh) -> None:
    ran = full.run("get", "pod", "nope", "reviews-a", code=1)
    assert ran.lines[1].startswith("reviews-a")
    assert ran.err == 'Error from server (NotFound): pods "nope" not found\n'
    assert full.run("get", "pod", "nope", "--ignore-not-found") == full.run(
        "get", "pod", "nope", "--ignore-not-found", "-o", "yaml"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("secrets",), "No resources found in default namespace."),
        (("secrets", "-n", "other"), "No resources found in other namespace."),
        (("secrets", "-A"), "No resources found"),
        (("nodes",), "No resources found"),
    ],
)
def test_nothing_is_said_to_be_nothing(mesh: CliMesh, words: tuple[str, ...], message: str) -> None:
    ran = mesh.run("get", *words)
    assert (ran.out, ran.err) == ("", f"{message}\n")


def test_documents_in_each_format(full: CliMesh) -> None:
    single = json.loads(full.run("get", "pod/reviews-a", "-o", "json").out)
    assert single["metadata"]["name"] == "reviews-a"
    several = json.loads(full.run("get", "pods", "-o", "json").out)
    assert several["kind"] == "List"
    assert [item["kind"] for item in several["items"]] == ["Pod", "Pod"]
    assert full.run("get", "vs/reviews", "-o", "yaml").out.startswith("apiVersion: networking.istio.io/v1\nkind: V")
    assert full.run("get", "all,vs", "-o", "name").lines == [
        "pod/reviews-a",
        "pod/reviews-b",
        "virtualservice.networking.istio.io/reviews",
    ]


def test_expressions(full: CliMesh) -> None:
    words = ("get", "pods", "-o")
    assert full.run(*words, "jsonpath={.items[*].status.podIP}").out == "10.0.0.1 10.0.0.2"
    columns = full.run(*words, "custom-columns=POD:.metadata.name,IMAGES:.spec.containers[*].image,X:.nope").lines
    assert columns[:2] == ["POD         IMAGES            X", "reviews-a   app:1,proxyv2:1   <none>"]
    assert "can't understand" in full.run(*words, "jsonpath={.a[}", code=2).err
    assert "write HEADING:.path" in full.run(*words, "custom-columns=NAME", code=2).err


@pytest.mark.parametrize("words", [(), ("-o", "name")])
def test_a_watch_goes_on_until_the_control_plane_ends(
    full: CliMesh, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = SyncClient.watch

    def eventful(client: SyncClient, path: str, *, accept: str = "") -> Iterator[JsonObject]:
        full.add(PODS, *pod("z", ip="10.0.0.3"))
        for event in watch(client, path, accept=accept):
            yield event
            full.stop()

    monkeypatch.setattr(SyncClient, "watch", eventful)
    ran = full.run("get", "pods", "-w", *words, code=1)
    assert "see `lateen status`" in ran.err.lower()
    assert ran.lines[-1].split()[0] == ("pod/z" if words else "z")
    if not words:
        ready = ran.lines[0].index("READY")
        assert {line[ready : ready + 3] for line in ran.lines[1:]} == {"2/2", "0/2"}


def test_several_kinds_can_not_be_watched(mesh: CliMesh) -> None:
    assert "-w watches one kind" in mesh.run("get", "pods,svc", "-w", code=2).err
