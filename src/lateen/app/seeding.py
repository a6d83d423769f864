"""What a mesh holds before anybody applied anything."""

from lateen.api.codec import from_yaml, to_yaml
from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.schema import ref_of
from lateen.apiserver.defaults import with_defaults
from lateen.apiserver.merge_patch import merge_patch
from lateen.app.profiles import dns_documents, profile_documents, profile_named
from lateen.app.record import MeshRecord
from lateen.node.network.address_plan import AddressPlan
from lateen.store.config_store import ConfigStore

SETTINGS = "lateen.dev/settings"
"""Annotation of the mesh configuration: which `lateen up --set` was put into it last."""

MESH_CONFIG = ResourceRef("ConfigMap", "istio-system", "istio")


async def seed(store: ConfigStore, record: MeshRecord, plan: AddressPlan) -> None:
    """Create what is missing of the mesh's own resources; what is there, changed by whomever, stays."""
    profile = profile_named(record.profile)
    assert profile is not None  # noqa: S101 - the command line checked it
    for document in profile_documents(profile):
        if await store.get(ref_of(document)) is None:
            await store.create(with_defaults(document))
    await _set_mesh_config(store, record)
    for document in dns_documents(str(plan.dns)):
        await _put(store, with_defaults(document))


async def _set_mesh_config(store: ConfigStore, record: MeshRecord) -> None:
    """Put what `lateen up --set meshConfig…` said into the mesh configuration, once: users may change it afterwards."""
    stored = await store.get(MESH_CONFIG)
    if stored is None or not record.settings:
        return
    metadata = stored.body["metadata"]
    annotations = metadata.get("annotations") or {}
    if annotations.get(SETTINGS) == record.settings:
        return
    data = stored.body.get("data") or {}
    mesh = to_yaml(merge_patch(from_yaml(data.get("mesh") or "{}"), record.mesh_config))
    metadata = {**metadata, "annotations": {**annotations, SETTINGS: record.settings}}
    await store.replace({**stored.body, "metadata": metadata, "data": {**data, "mesh": mesh}})


async def _put(store: ConfigStore, document: JsonObject) -> None:
    """Create a document, or bring the stored one's spec to it: the name server's address may be a new one."""
    stored = await store.get(ref_of(document))
    if stored is None:
        await store.create(document)
    else:
        await store.replace({**stored.body, "spec": document["spec"]})
