"""References from one Kubernetes object to another."""

from lateen.api.meta import Message


class LocalObjectReference(Message):
    """An object of a known kind in the same namespace."""

    name: str = ""


class ObjectReference(Message):
    """Any object."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    resource_version: str = ""
    field_path: str = ""
