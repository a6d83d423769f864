import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.unit.apiserver.calls import CONFIG_MAPS, VIRTUAL_SERVICES, backend_with, call, config_map, pod

from lateen.api.problem import ResourceRef
from lateen.apiserver.call import Answer, Backend
from lateen.apiserver.defaults import with_defaults
from lateen.apiserver.scale import get_scale, patch_scale
from lateen.apiserver.status import StatusError
from lateen.apiserver.updating import patch, replace
from lateen.client.media_type import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH
from lateen.controllers.termination import terminate_pod
from lateen.lib.clock import FakeClock
from lateen.store.config_store import Stored
from lateen.store.memory import MemoryStore

ONE = f"{CONFIG_MAPS}/one"
SERVICE = "/api/v1/namespaces/default/services/s"
POD = "/api/v1/namespaces/default/pods/p"
DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/d"


async def send_patch(backend: Backend, path: str, change: Any, content_type: str = MERGE_PATCH, **query: str) -> Answer:
    return await patch(backend, call("PATCH", path, change, content_type, **query))


def service(**spec: Any) -> dict[str, Any]:
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "namespace": "default"},
        "spec": {"ports": [{"port": 80, "name": "http"}], **spec},
    }
    return with_defaults(body)


async def test_replace_keeps_what_the_server_owns() -> None:
    backend = await backend_with(config_map(a="1"))
    before = (await backend.store.list(["ConfigMap"])).items[0]
    answer = await replace(
        backend, call("PUT", ONE, {"metadata": {"name": "one", "generation": 77}, "data": {"a": "2"}})
    )
    assert answer.body["data"] == {"a": "2"}
    assert answer.body["metadata"]["uid"] == before.body["metadata"]["uid"]
    assert answer.body["metadata"]["generation"] == 2


async def test_a_replacement_of_an_old_revision_conflicts() -> None:
    backend = await backend_with(config_map(a="1"))
    old = (await backend.store.list(["ConfigMap"])).items[0].body
    await replace(backend, call("PUT", ONE, config_map(a="2")))
    with pytest.raises(StatusError) as caught:
        await replace(backend, call("PUT", ONE, {**old, "data": {"a": "3"}}))
    assert (caught.value.code, caught.value.reason) == (409, "Conflict")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"metadata": {"name": "two"}}, 400),
        ({"metadata": {"name": "one", "uid": "other"}}, 409),
        ({"metadata": {"name": "one", "resourceVersion": "x"}}, 400),
        ({"metadata": {"name": "one"}, "data": 3}, 422),
    ],
)
async def test_replacements_that_are_refused(body: dict[str, Any], code: int) -> None:
    with pytest.raises(StatusError) as caught:
        await replace(await backend_with(config_map()), call("PUT", ONE, body))
    assert caught.value.code == code


async def test_every_kind_of_patch() -> None:
    backend = await backend_with(config_map(a="1"))
    assert (await send_patch(backend, ONE, {"data": {"b": "2"}})).body["data"] == {"a": "1", "b": "2"}
    operations = [{"op": "remove", "path": "/data/a"}]
    assert (await send_patch(backend, ONE, operations, JSON_PATCH)).body["data"] == {"b": "2"}
    assert (await send_patch(backend, ONE, {"data": {"b": None}}, STRATEGIC_MERGE_PATCH)).body["data"] == {}
    applied = await send_patch(backend, ONE, b"data: {c: '3'}", APPLY_PATCH)
    assert applied.body["data"] == {"c": "3"}


async def test_patches_that_are_refused() -> None:
    backend = await backend_with(config_map())
    for change, content_type, code in (
        ({}, "application/json", 415),
        ([{"op": "remove", "path": "/none"}], JSON_PATCH, 400),
        ("text", MERGE_PATCH, 400),
        ({"metadata": {"name": "two"}}, MERGE_PATCH, 400),
        ({"data": {"a": 1}}, MERGE_PATCH, 422),
    ):
        with pytest.raises(StatusError) as caught:
            await send_patch(backend, ONE, change, content_type)
        assert caught.value.code == code
    with pytest.raises(StatusError) as caught:
        await send_patch(backend, f"{VIRTUAL_SERVICES}/r", {}, STRATEGIC_MERGE_PATCH)
    assert caught.value.code == 415
    with pytest.raises(StatusError) as caught:
        await send_patch(backend, f"{CONFIG_MAPS}/missing", {})
    assert caught.value.code == 404


async def test_a_patch_of_a_revision_is_for_that_one_only() -> None:
    backend = await backend_with(config_map(a="1"))
    with pytest.raises(StatusError) as caught:
        await send_patch(backend, ONE, {"metadata": {"resourceVersion": "1"}, "data": {"b": "2"}})
    assert caught.value.reason == "Conflict"


async def test_server_side_apply_creates_and_then_merges() -> None:
    backend = await backend_with()
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"a": "1"}}
    created = await send_patch(backend, ONE, body, APPLY_PATCH, fieldManager="kubectl")
    assert created.code == 201
    again = await send_patch(backend, ONE, {**body, "data": {"b": "2"}}, APPLY_PATCH, fieldManager="kubectl")
    assert (again.code, again.body["data"]) == (200, {"a": "1", "b": "2"})


async def test_the_status_is_written_apart() -> None:
    rule = {"hosts": ["r"], "http": [{"route": [{"destination": {"host": "r"}}]}]}
    body = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "spec": rule}
    backend = await backend_with({**body, "metadata": {"name": "r", "namespace": "default"}})
    path = f"{VIRTUAL_SERVICES}/r"
    change = {"spec": {"hosts": ["x"]}, "status": {"observedGeneration": "1"}}
    answer = await send_patch(backend, f"{path}/status", change)
    assert answer.body["spec"]["hosts"] == ["r"]
    assert answer.body["status"] == {"observedGeneration": "1"}
    after = await send_patch(backend, path, {"metadata": {"labels": {"a": "b"}}, "status": {"observedGeneration": "9"}})
    assert after.body["status"] == {"observedGeneration": "1"}
    assert after.body["metadata"]["generation"] == 1


async def test_a_service_keeps_its_addresses() -> None:
    assigned = service(type="NodePort", clusterIP="10.0.0.1", ports=[{"port": 80, "nodePort": 30001}])
    backend = await backend_with(assigned)
    answer = await replace(backend, call("PUT", SERVICE, service(type="NodePort")))
    assert answer.body["spec"]["clusterIP"] == "10.0.0.1"
    assert answer.body["spec"]["ports"][0]["nodePort"] == 30001
    with pytest.raises(StatusError, match="immutable"):
        await replace(backend, call("PUT", SERVICE, service(clusterIP="10.0.0.2")))
    inner = await replace(backend, call("PUT", SERVICE, service()))
    assert "nodePort" not in inner.body["spec"]["ports"][0]


async def test_of_a_pod_only_images_change() -> None:
    backend = await backend_with(pod())
    change = {"spec": {"containers": [{"name": "app", "image": "app:2"}]}}
    answer = await send_patch(backend, POD, change, STRATEGIC_MERGE_PATCH)
    assert answer.body["spec"]["containers"][0]["image"] == "app:2"
    with pytest.raises(StatusError, match="may not change fields"):
        await send_patch(
            backend, POD, {"spec": {"containers": [{"name": "app", "args": ["x"]}]}}, STRATEGIC_MERGE_PATCH
        )


async def test_a_deployments_selector_stays() -> None:
    backend = await backend_with(deployment())
    with pytest.raises(StatusError, match="immutable"):
        await send_patch(
            backend,
            DEPLOYMENT,
            {"spec": {"selector": {"matchLabels": {"a": "c"}}, "template": {"metadata": {"labels": {"a": "c"}}}}},
        )


def deployment() -> dict[str, Any]:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template},
    }


async def test_scale() -> None:
    backend = await backend_with(deployment())
    scaled = await patch_scale(backend, call("PATCH", f"{DEPLOYMENT}/scale", {"spec": {"replicas": 3}}, MERGE_PATCH))
    assert scaled.body["spec"] == {"replicas": 3}
    shown = await get_scale(backend, call("GET", f"{DEPLOYMENT}/scale"))
    assert shown.body["status"] == {"replicas": 0, "selector": "a=b"}
    stored = await backend.store.get(ResourceRef("Deployment", "default", "d"))
    assert stored is not None
    assert stored.body["spec"]["replicas"] == 3
    with pytest.raises(StatusError):
        await patch_scale(backend, call("PATCH", f"{DEPLOYMENT}/scale", {"spec": {"replicas": -1}}, MERGE_PATCH))


async def test_the_last_finalizer_lets_go() -> None:
    body = config_map()
    body["metadata"] |= {"finalizers": ["x"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
    backend = await backend_with(body)
    await send_patch(backend, ONE, {"metadata": {"finalizers": None}})
    assert await backend.store.get(ResourceRef("ConfigMap", "default", "one")) is None


async def test_a_dry_run_changes_nothing() -> None:
    backend = await backend_with(config_map(a="1"))
    answer = await send_patch(backend, ONE, {"data": {"b": "2"}}, dryRun="All")
    assert answer.body["data"] == {"a": "1", "b": "2"}
    assert (await backend.store.list(["ConfigMap"])).items[0].body["data"] == {"a": "1"}


class BusyStore(MemoryStore):
    """A store in which others write between a look at a resource and the write that follows."""

    def __init__(self) -> None:
        super().__init__(FakeClock())
        self.others: list[Callable[[Stored], Awaitable[object]]] = []

    async def get(self, ref: ResourceRef) -> Stored | None:
        found = await super().get(ref)
        if found is not None and ref.kind != "Namespace" and self.others:
            await self.others.pop()(found)
        return found


async def busy_backend(body: dict[str, Any]) -> tuple[Backend, BusyStore]:
    store = BusyStore()
    await store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    await store.create(body)
    return dataclasses.replace(await backend_with(), store=store), store


async def test_a_pod_that_is_deleted_while_somebody_replaces_it_stays_deleted() -> None:
    body = with_defaults(pod())
    backend, store = await busy_backend(body)
    store.others.append(lambda found: terminate_pod(store, found, FakeClock(), 30))
    labelled = {**body, "metadata": {**body["metadata"], "labels": {"a": "b"}}}
    answer = await replace(backend, call("PUT", POD, labelled))
    assert answer.body["metadata"]["labels"] == {"a": "b"}
    assert answer.body["metadata"]["deletionTimestamp"]


async def test_a_replacement_of_a_revision_that_has_passed_is_refused() -> None:
    backend, store = await busy_backend(config_map(a="1"))
    before = (await store.list(["ConfigMap"])).items[0]
    store.others.append(lambda found: store.replace(config_map(a="2")))
    with pytest.raises(StatusError) as refusal:
        await replace(backend, call("PUT", ONE, {**before.body, "data": {"a": "3"}}))
    assert refusal.value.reason == "Conflict"
    assert (await store.list(["ConfigMap"])).items[0].body["data"] == {"a": "2"}


async def test_scaling_is_not_disturbed_by_a_status_that_is_written_meanwhile() -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "default"},
        "spec": {
            "selector": {"matchLabels": {"app": "d"}},
            "template": {
                "metadata": {"labels": {"app": "d"}},
                "spec": {"containers": [{"name": "app", "image": "app:1"}]},
            },
        },
    }
    backend, store = await busy_backend(with_defaults(deployment))
    store.others.append(lambda found: store.replace({**found.body, "status": {"replicas": 1}}, status_only=True))
    answer = await patch_scale(backend, call("PATCH", f"{DEPLOYMENT}/scale", {"spec": {"replicas": 3}}, MERGE_PATCH))
    assert answer.body["spec"] == {"replicas": 3}
