"""The order in which `apply` writes rules that need each other."""

from typing import cast

from lateen.api.codec import parse_documents
from lateen.api.meta import JsonObject
from lateen.api.schema import info_of
from lateen.cli.apply import Applier
from lateen.client.error import ApiError
from lateen.client.sync import Answer, SyncClient


class Server:
    """A server that holds what it is sent, and remembers the subsets or routes of every write."""

    def __init__(self) -> None:
        self.held: dict[str, JsonObject] = {}
        self.writes: list[str] = []

    def get(self, path: str) -> JsonObject:
        if path not in self.held:
            raise ApiError(404, "NotFound", path)
        return self.held[path]

    def create(self, path: str, body: JsonObject) -> Answer:
        return self.replace(f"{path.partition('?')[0]}/{body['metadata']['name']}", body)

    def replace(self, path: str, body: JsonObject) -> Answer:
        self.held[path.partition("?")[0]] = body
        entries = body["spec"].get("subsets") or [each["route"][0]["destination"] for each in body["spec"]["http"]]
        self.writes.append(f"{body['kind']} " + " ".join(each.get("name") or each["subset"] for each in entries))
        return Answer(200, {**body, "metadata": {**body["metadata"], "resourceVersion": str(len(self.writes))}}, ())


def apply(server: Server, *texts: str) -> None:
    documents, problems = parse_documents("---\n".join(texts), "f.yaml")
    assert problems == []
    server.writes.clear()
    assert Applier(cast(SyncClient, server), "default").apply_all(documents)


def rule(*subsets: str) -> str:
    lines = "".join(f"  - {{name: {name}, labels: {{version: {name}}}}}\n" for name in subsets)
    head = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r}\n"
    return f"{head}spec:\n  host: r\n  subsets:\n{lines}"


def route(subset: str) -> str:
    head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: r}\n"
    return f"{head}spec:\n  hosts: [r]\n  http:\n  - route:\n    - destination: {{host: r, subset: {subset}}}\n"


def test_a_new_subset_is_there_before_the_route_to_it() -> None:
    server = Server()
    apply(server, route("v1"), rule("v1"))
    assert server.writes == ["DestinationRule v1", "VirtualService v1"]


def test_requests_are_lost_when_one_apply_drops_a_subset_and_its_route() -> None:
    server = Server()
    apply(server, route("v1"), rule("v1", "v2"))
    apply(server, route("v3"), rule("v2", "v3"))
    assert server.writes == ["DestinationRule v2 v3 v1", "VirtualService v3", "DestinationRule v2 v3"]


def test_a_rule_alone_is_written_once() -> None:
    server = Server()
    apply(server, rule("v1", "v2"))
    apply(server, rule("v1"))
    assert server.writes == ["DestinationRule v1"]


def test_a_deployment_of_extensions_v1beta1_is_refused_for_its_missing_selector() -> None:
    server = Server()
    old = "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: a}\nspec:\n"
    old += "  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: a}]}}\n"
    (document,), _ = parse_documents(old, "f.yaml")
    info = info_of(document.body)
    assert info is not None
    placed = Applier(cast(SyncClient, server), "default")._placed(document.body, info)
    assert (placed["apiVersion"], placed["spec"]["selector"]) == ("apps/v1", {"matchLabels": {"app": "a"}})
