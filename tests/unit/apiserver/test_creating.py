from typing import Any

import pytest
from tests.unit.apiserver.calls import CONFIG_MAPS, VIRTUAL_SERVICES, backend_with, call, config_map

from lateen.api.problem import ResourceRef
from lateen.apiserver.creating import create
from lateen.apiserver.status import StatusError
from lateen.store.memory import MemoryStore

DEPLOYMENTS = "/apis/extensions/v1beta1/namespaces/default/deployments"


async def refusal(body: Any, path: str = CONFIG_MAPS, **query: str) -> StatusError:
    with pytest.raises(StatusError) as caught:
        await create(await backend_with(config_map("taken")), call("POST", path, body, **query))
    return caught.value


async def test_what_is_created_is_stored_with_what_the_server_adds() -> None:
    backend = await backend_with()
    sent = {
        "metadata": {"name": "one", "uid": "mine", "managedFields": [{}], "creationTimestamp": None},
        "data": {"a": "b"},
    }
    answer = await create(backend, call("POST", CONFIG_MAPS, sent))
    stored = await backend.store.get(ResourceRef("ConfigMap", "default", "one"))
    assert stored is not None
    assert answer.code == 201
    assert answer.body == stored.body
    assert stored.body["metadata"]["uid"] == "uid-2"
    assert stored.body["metadata"]["namespace"] == "default"
    assert "managedFields" not in stored.body["metadata"]


async def test_names_are_generated() -> None:
    backend = await backend_with()
    names = set()
    for _ in range(3):
        answer = await create(backend, call("POST", CONFIG_MAPS, {"metadata": {"generateName": "x-"}}))
        names.add(answer.body["metadata"]["name"])
    assert len(names) == 3
    assert all(name.startswith("x-") and len(name) == 7 for name in names)


async def test_every_version_is_stored_as_one() -> None:
    backend = await backend_with()
    path = VIRTUAL_SERVICES.replace("/v1/", "/v1alpha3/")
    body = {"apiVersion": "networking.istio.io/v1alpha3", "metadata": {"name": "r"}, "spec": {"hosts": ["r"]}}
    body["spec"]["http"] = [{"route": [{"destination": {"host": "r"}}]}]  # type: ignore[index]
    answer = await create(backend, call("POST", path, {**body, "kind": "VirtualService", "status": {"x": 1}}))
    stored = await backend.store.get(ResourceRef("VirtualService", "default", "r"))
    assert stored is not None
    assert stored.body["apiVersion"] == "networking.istio.io/v1"
    assert answer.body["apiVersion"] == "networking.istio.io/v1alpha3"
    assert "status" not in stored.body


async def test_an_old_deployment_becomes_a_new_one() -> None:
    backend = await backend_with()
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    body = {
        "apiVersion": "extensions/v1beta1",
        "kind": "Deployment",
        "metadata": {"name": "d"},
        "spec": {"template": template},
    }
    await create(backend, call("POST", DEPLOYMENTS, body))
    stored = await backend.store.get(ResourceRef("Deployment", "default", "d"))
    assert stored is not None
    assert stored.body["apiVersion"] == "apps/v1"
    assert stored.body["spec"]["selector"] == {"matchLabels": {"a": "b"}}
    assert stored.body["spec"]["replicas"] == 1


async def test_a_dry_run_stores_nothing() -> None:
    backend = await backend_with()
    answer = await create(backend, call("POST", CONFIG_MAPS, config_map("dry"), dryRun="All"))
    assert answer.body["metadata"]["uid"] == "dry-uid"
    assert await backend.store.get(ResourceRef("ConfigMap", "default", "dry")) is None
    assert (await refusal(config_map("taken"), dryRun="All")).reason == "AlreadyExists"


async def test_admission_sees_defaults_and_changes_what_is_stored() -> None:
    async def label(body: dict[str, Any], operation: str) -> dict[str, Any]:
        return {**body, "metadata": {**body["metadata"], "labels": {"by": operation}}}

    backend = await backend_with(admit=[label])
    answer = await create(backend, call("POST", CONFIG_MAPS, config_map("one")))
    assert answer.body["metadata"]["labels"] == {"by": "CREATE"}


async def test_refusals() -> None:
    assert (await refusal(config_map("taken"))).message == 'configmaps "taken" already exists'
    assert (await refusal({**config_map(), "kind": "Secret"})).code == 400
    assert (await refusal({**config_map(), "metadata": {"name": "a", "namespace": "other"}})).code == 400
    assert (await refusal({**config_map(), "metadata": {"name": "a", "resourceVersion": "3"}})).code == 400
    assert (await refusal({**config_map(), "metadata": 3})).code == 400
    assert (await refusal(b"{", CONFIG_MAPS)).code == 400
    assert (await refusal(b"[]", CONFIG_MAPS)).code == 400
    assert (await refusal(config_map(), dryRun="Some")).code == 400
    missing = await refusal({"metadata": {"name": "a"}}, CONFIG_MAPS.replace("default", "nowhere"))
    assert (missing.code, missing.message) == (404, 'namespaces "nowhere" not found')


async def test_a_wrong_document_names_every_field() -> None:
    body = {"metadata": {"name": "r"}, "spec": {"hosts": "reviews", "hsots": []}}
    error = await refusal(body, VIRTUAL_SERVICES, fieldValidation="Strict")
    assert (error.code, error.reason) == (422, "Invalid")
    assert {"spec.hosts", "spec.hsots"} <= {cause["field"] for cause in error.details["causes"]}
    assert error.message.startswith('VirtualService.networking.istio.io "r" is invalid: [')


async def test_unknown_fields_are_errors_warnings_or_nothing() -> None:
    body = {**config_map("one"), "dta": {}}
    assert (await refusal(body, fieldValidation="Strict")).code == 422
    warned = await create(await backend_with(), call("POST", CONFIG_MAPS, body))
    assert [warning for warning in warned.warnings if "dta" in warning]
    ignored = await create(await backend_with(), call("POST", CONFIG_MAPS, body, fieldValidation="Ignore"))
    assert ignored.warnings == ()


async def test_nothing_goes_into_a_namespace_that_ends() -> None:
    backend = await backend_with()
    assert isinstance(backend.store, MemoryStore)
    ending = {"name": "default", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    await backend.store.replace({"apiVersion": "v1", "kind": "Namespace", "metadata": ending})
    with pytest.raises(StatusError) as caught:
        await create(backend, call("POST", CONFIG_MAPS, config_map()))
    assert caught.value.reason == "Forbidden"
    assert caught.value.details["causes"][0]["reason"] == "NamespaceTerminating"
