from typing import Any

import pytest

from lateen.apiserver.json_patch import PatchError
from lateen.apiserver.strategic_merge_patch import strategic_merge_patch

POD: dict[str, Any] = {
    "metadata": {"labels": {"a": "b"}, "finalizers": ["x"]},
    "containers": [
        {"name": "app", "image": "app:1", "args": ["-v"], "ports": [{"containerPort": 80, "protocol": "TCP"}]},
        {"name": "side", "image": "side:1"},
    ],
}


def patched(patch: dict[str, Any]) -> Any:
    return strategic_merge_patch(POD, patch)


def test_an_element_is_found_by_its_key() -> None:
    result = patched({"containers": [{"name": "side", "image": "side:2"}]})
    assert [container["image"] for container in result["containers"]] == ["app:1", "side:2"]
    assert result["containers"][0] == POD["containers"][0]


def test_a_new_element_is_added_and_ordered() -> None:
    patch = {
        "$setElementOrder/containers": [{"name": "new"}, {"name": "app"}, {"name": "side"}],
        "containers": [{"name": "new", "image": "new:1", "args": None}],
    }
    result = patched(patch)["containers"]
    assert [container["name"] for container in result] == ["new", "app", "side"]
    assert result[0] == {"name": "new", "image": "new:1"}


def test_elements_the_order_does_not_name_stay_behind_their_neighbours() -> None:
    result = patched(
        {"$setElementOrder/containers": [{"name": "new"}, {"name": "app"}], "containers": [{"name": "new"}]}
    )
    assert [container["name"] for container in result["containers"]] == ["new", "app", "side"]


def test_an_element_is_deleted() -> None:
    result = patched({"containers": [{"name": "app", "$patch": "delete"}]})
    assert [container["name"] for container in result["containers"]] == ["side"]


def test_lists_without_a_key_are_replaced() -> None:
    assert patched({"containers": [{"name": "app", "args": ["-q"]}]})["containers"][0]["args"] == ["-q"]


def test_ports_of_containers_and_of_services_have_different_keys() -> None:
    result = patched({"containers": [{"name": "app", "ports": [{"containerPort": 81}]}]})
    assert [port["containerPort"] for port in result["containers"][0]["ports"]] == [80, 81]
    service = {"ports": [{"port": 80, "name": "http"}]}
    merged = strategic_merge_patch(service, {"ports": [{"port": 80, "targetPort": 8080}]})
    assert merged == {"ports": [{"port": 80, "name": "http", "targetPort": 8080}]}


def test_directives_for_objects_and_plain_lists() -> None:
    assert patched({"metadata": {"labels": {"$patch": "replace", "c": "d"}}})["metadata"]["labels"] == {"c": "d"}
    assert patched({"metadata": {"finalizers": ["y"]}})["metadata"]["finalizers"] == ["x", "y"]
    assert patched({"metadata": {"$deleteFromPrimitiveList/finalizers": ["x"]}})["metadata"]["finalizers"] == []
    strategy = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}
    patch = {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}
    assert strategic_merge_patch(strategy, patch) == {"strategy": {"type": "Recreate"}}
    assert patched({"containers": [{"$patch": "replace"}, {"name": "only"}]})["containers"] == [{"name": "only"}]


@pytest.mark.parametrize("patch", [{"$patch": "grow"}, {"containers": [{"image": "x"}]}])
def test_nonsense_is_refused(patch: dict[str, Any]) -> None:
    with pytest.raises(PatchError):
        patched(patch)
