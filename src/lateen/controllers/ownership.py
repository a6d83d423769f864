"""Owner references: who is deleted when its owner is."""

from lateen.api.meta import JsonObject, ObjectMeta, Resource


def controller_reference(owner: Resource) -> JsonObject:
    """An owner reference that makes `owner` the controller of what carries it."""
    return {
        "apiVersion": owner.api_version,
        "kind": owner.kind,
        "name": owner.metadata.name,
        "uid": owner.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


def is_controlled_by(metadata: ObjectMeta, uid: str) -> bool:
    """Whether the owner with `uid` is the controller of the resource with `metadata`."""
    return any(owner.uid == uid and owner.controller for owner in metadata.owner_references)
