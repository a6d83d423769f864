"""Kubernetes `v1` Namespace."""

from lateen.api.meta import Condition, Message, Resource


class NamespaceSpec(Message):
    """What keeps a namespace from vanishing while it is deleted."""

    finalizers: tuple[str, ...] = ()


class NamespaceStatus(Message):
    """`phase` is Active or Terminating."""

    phase: str = ""
    conditions: tuple[Condition, ...] = ()


class Namespace(Resource):
    """A scope for names; its labels ask for sidecar injection."""

    spec: NamespaceSpec = NamespaceSpec()
    status: NamespaceStatus = NamespaceStatus()
