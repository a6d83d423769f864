import pytest
from tests.unit.apiserver.calls import CONFIG_MAPS, backend_with, call, config_map

from lateen.apiserver.reading import get, list_all
from lateen.apiserver.status import StatusError


async def test_one_or_none() -> None:
    backend = await backend_with(config_map())
    assert (await get(backend, call("GET", f"{CONFIG_MAPS}/one"))).body["metadata"]["name"] == "one"
    with pytest.raises(StatusError) as caught:
        await get(backend, call("GET", f"{CONFIG_MAPS}/two"))
    assert caught.value.body["details"] == {"name": "two", "kind": "configmaps"}


async def test_a_list_has_a_revision_and_a_kind() -> None:
    backend = await backend_with(config_map("b"), config_map("a"))
    body = (await list_all(backend, call("GET", "/api/v1/configmaps"))).body
    assert (body["kind"], body["metadata"]["resourceVersion"]) == ("ConfigMapList", "3")
    assert [item["metadata"]["name"] for item in body["items"]] == ["a", "b"]


async def test_a_list_comes_in_pieces() -> None:
    backend = await backend_with(*(config_map(f"n{number}") for number in range(5)))
    names: list[str] = []
    metadata: dict[str, str] = {}
    while not names or metadata.get("continue"):
        body = (
            await list_all(backend, call("GET", CONFIG_MAPS, limit="2", **{"continue": metadata.get("continue", "")}))
        ).body
        metadata = body["metadata"]
        names += [item["metadata"]["name"] for item in body["items"]]
    assert names == [f"n{number}" for number in range(5)]


async def test_a_bad_selector_is_the_users_mistake() -> None:
    for query in ({"labelSelector": "a b"}, {"fieldSelector": "a"}, {"limit": "x"}, {"continue": "x"}):
        with pytest.raises(StatusError) as caught:
            await list_all(await backend_with(), call("GET", CONFIG_MAPS, **query))
        assert caught.value.code == 400
