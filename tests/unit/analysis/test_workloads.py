from tests.unit.analysis.found import core, given, pod

INDEX = given(
    pod("a", "{app: a, v: '1'}"),
    pod("other/a", "{app: a}"),
    core("Deployment", "d", "spec: {template: {metadata: {labels: {app: a, v: '2'}}, spec: {containers: []}}}"),
    pod("kube-system/a", "{app: a}"),
).workloads


def selected(selector: dict[str, str], namespace: str | None = None) -> list[str]:
    return [str(each.source) for each in INDEX.selected(selector, namespace)]


def test_pods_and_templates_are_selected_by_all_labels() -> None:
    assert selected({"app": "a"}) == ["Pod default/a", "Pod other/a", "Deployment default/d"]
    assert selected({"app": "a", "v": "2"}) == ["Deployment default/d"]
    assert selected({"app": "a"}, "other") == ["Pod other/a"]
    assert selected({"app": "b"}) == selected({"v": "3", "app": "a"}) == []


def test_an_empty_selector_selects_everything() -> None:
    assert len(selected({})) == 3
    assert len(selected({}, "default")) == 2
