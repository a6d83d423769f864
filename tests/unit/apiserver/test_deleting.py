from typing import Any

import pytest
from tests.unit.apiserver.calls import CONFIG_MAPS, backend_with, call, config_map, pod

from lateen.api.problem import ResourceRef
from lateen.apiserver.call import Answer, Backend
from lateen.apiserver.deleting import delete, delete_all
from lateen.apiserver.status import StatusError

ONE = f"{CONFIG_MAPS}/one"
POD = "/api/v1/namespaces/default/pods/p"
POD_REF = ResourceRef("Pod", "default", "p")


async def send(backend: Backend, path: str, body: Any = None, **query: str) -> Answer:
    return await delete(backend, call("DELETE", path, body, **query))


async def test_the_answer_names_what_is_gone() -> None:
    backend = await backend_with(config_map())
    answer = await send(backend, ONE, {"propagationPolicy": "Background"})
    assert answer.body["status"] == "Success"
    assert answer.body["details"] == {"name": "one", "kind": "configmaps", "uid": "uid-2"}
    with pytest.raises(StatusError, match="not found"):
        await send(backend, ONE)


async def test_preconditions() -> None:
    backend = await backend_with(config_map())
    for conditions in ({"uid": "other"}, {"resourceVersion": "77"}):
        with pytest.raises(StatusError) as caught:
            await send(backend, ONE, {"preconditions": conditions})
        assert caught.value.reason == "Conflict"
    with pytest.raises(StatusError):
        await send(backend, ONE, {"propagationPolicy": "Backwards"})


async def test_a_running_pod_stops_first() -> None:
    backend = await backend_with(pod(terminationGracePeriodSeconds=5))
    answer = await send(backend, POD)
    assert answer.body["metadata"]["deletionGracePeriodSeconds"] == 5
    assert answer.body["metadata"]["deletionTimestamp"] == "2023-11-14T22:13:25Z"
    assert await backend.store.get(POD_REF) is not None
    assert (await send(backend, POD, gracePeriodSeconds="0")).body["status"] == "Success"
    assert await backend.store.get(POD_REF) is None


async def test_a_pod_on_no_node_goes_at_once() -> None:
    backend = await backend_with(pod(node=""))
    assert (await send(backend, POD)).body["status"] == "Success"
    assert await backend.store.get(POD_REF) is None


async def test_a_namespace_is_terminating_until_it_is_empty() -> None:
    backend = await backend_with({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    answer = await send(backend, "/api/v1/namespaces/a")
    assert answer.body["status"]["phase"] == "Terminating"
    assert answer.body["metadata"]["deletionTimestamp"]
    with pytest.raises(StatusError, match="may not be deleted"):
        await send(backend, "/api/v1/namespaces/default")


async def test_finalizers_are_waited_for() -> None:
    body = config_map()
    body["metadata"]["finalizers"] = ["x"]
    backend = await backend_with(body)
    assert (await send(backend, ONE)).body["metadata"]["deletionTimestamp"]
    assert await backend.store.get(ResourceRef("ConfigMap", "default", "one")) is not None


async def test_orphans_lose_their_owner_and_stay() -> None:
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "one", "uid": "uid-2"}
    other = {**owner, "name": "two", "uid": "uid-9"}
    owned = config_map("owned")
    owned["metadata"]["ownerReferences"] = [owner, other]
    backend = await backend_with(config_map(), owned)
    await send(backend, ONE, {"propagationPolicy": "Orphan"})
    left = await backend.store.get(ResourceRef("ConfigMap", "default", "owned"))
    assert left is not None
    assert left.body["metadata"]["ownerReferences"] == [other]


async def test_a_dry_run_deletes_nothing() -> None:
    backend = await backend_with(config_map())
    assert (await send(backend, ONE, {"dryRun": ["All"]})).body["status"] == "Success"
    assert (await backend.store.list(["ConfigMap"])).items


async def test_everything_selected_goes() -> None:
    marked = config_map("marked")
    marked["metadata"]["labels"] = {"a": "b"}
    backend = await backend_with(config_map("one"), marked)
    answer = await delete_all(backend, call("DELETE", CONFIG_MAPS, labelSelector="a=b"))
    assert [item["metadata"]["name"] for item in answer.body["items"]] == ["marked"]
    assert [item.ref.name for item in (await backend.store.list(["ConfigMap"])).items] == ["one"]
