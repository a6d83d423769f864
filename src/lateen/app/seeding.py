"""What a mesh holds before anybody applied anything."""

from lateen.api.codec import from_yaml, to_yaml
from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.schema import ref_of
from lateen.apiserver.defaults import with_defaults
from lateen.app.profiles import dns_documents, profile_documents, profile_named
from lateen.app.record import MeshRecord
from lateen.node.network.address_plan import AddressPlan
from lateen.store.config_store import ConfigStore

MESH_CONFIG = ResourceRef("ConfigMap", "istio-system", "istio")


async def seed(store: ConfigStore, record: MeshRecord, plan: AddressPlan) -> None:
    """Create what is missing of the mesh's own resources; what is there, changed by whomever, stays."""
    profile = profile_named(record.profile)
    assert profile is not None  # noqa: S101 - the command line checked it
    await _set_mesh_config(store, record.mesh_config)
    for document in profile_documents(profile, record.mesh_config):
        if await store.get(ref_of(document)) is None:
            await store.create(with_defaults(document))
    for document in dns_documents(str(plan.dns)):
        await _put(store, with_defaults(document))


async def _set_mesh_config(store: ConfigStore, config: JsonObject) -> None:
    """Put what `lateen up --set meshConfig…` says into the mesh configuration that is there."""
    stored = await store.get(MESH_CONFIG)
    if stored is None or not config:
        return
    data = stored.body.get("data") or {}
    mesh = to_yaml({**from_yaml(data.get("mesh") or "{}"), **config})
    await store.replace({**stored.body, "data": {**data, "mesh": mesh}})


async def _put(store: ConfigStore, document: JsonObject) -> None:
    """Create a document, or bring the stored one's spec to it: the name server's address may be a new one."""
    stored = await store.get(ref_of(document))
    if stored is None:
        await store.create(document)
    else:
        await store.replace({**stored.body, "spec": document["spec"]})
