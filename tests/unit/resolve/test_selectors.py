from tests.support.resources import service, snapshot

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
