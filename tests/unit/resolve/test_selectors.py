from tests.support.resources import service, snapshot
from tests.support.routing import document

from lateen.resolve.selectors import index_selectors


def test_services_of_the_namespace_whose_whole_selector_matches_the_oldest_first() -> None:
    text = service("z") + service("b") + service("c", "other") + service("d")
    text = text.replace("{app: z}", "{app: x}").replace("{app: b}", "{app: x, version: v1}")
    text = text.replace("{app: c}", "{app: x}").replace("  selector: {app: d}\n", "")
    index = index_selectors(snapshot(text).services.values())

    def found(**labels: str) -> list[str]:
        return [each.hostname.split(".")[0] for each in index.selecting("default", labels)]

    assert found(app="x", version="v1", more="y") == ["z", "b"]
    assert found(app="x", version="v2") == ["z"]
    assert found(version="v1") == []


def test_services_of_the_namespace_that_name_the_address_as_an_endpoint() -> None:
    def entry(name: str, namespace: str, resolution: str) -> str:
        ports, endpoints = "[{number: 80, name: http, protocol: HTTP}]", "[{address: 10.1.1.1}, {address: 10.1.1.2}]"
        spec = f"{{hosts: [{name}.com], ports: {ports}, resolution: {resolution}, endpoints: {endpoints}}}"
        return document("ServiceEntry", name, spec, namespace)

    text = entry("b", "default", "STATIC") + entry("c", "other", "STATIC") + service("a")
    index = index_selectors(snapshot(text).services.values())
    assert [each.source.name for each in index.selecting("default", {"app": "a"}, "10.1.1.2")] == ["a", "b"]
    assert [each.source.name for each in index.selecting("other", {"app": "a"}, "10.1.1.1")] == ["c"]
    assert index.selecting("default", {}, "10.1.1.3") == ()
