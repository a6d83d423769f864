"""What every resource has in common: names, labels, and the base classes of the structs.

Struct fields are the API's names in snake_case (`pod_selector` for `podSelector`); class names are those of
Kubernetes' Go types and Istio's protobuf messages. Absent lists are `()`, absent maps `{}`, absent strings `""`;
absent messages, and absent scalars whose zero means something else than absence, are `None`.
"""

from typing import Any, dataclass_transform

import msgspec

from lateen.api.problem import ResourceRef

JsonObject = dict[str, Any]
"""A decoded JSON object. `Any`, because the document is the user's until a struct has accepted it."""


class MessageType(msgspec.StructMeta):
    """Makes subclasses keyword-only too: msgspec inherits every other option of a struct, but not that one.

    `Any`: what a class statement holds, which only msgspec reads.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> type:
        return super().__new__(cls, name, bases, namespace, **{"kw_only": True, **options})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Message(msgspec.Struct, metaclass=MessageType, frozen=True, rename="camel", omit_defaults=True):
    """Base of every struct that is part of a resource. Unknown fields are ignored when decoding."""


class OwnerReference(Message):
    """Kubernetes `meta/v1` OwnerReference."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool = False
    block_owner_deletion: bool = False


class ObjectMeta(Message):
    """Kubernetes `meta/v1` ObjectMeta; times are RFC 3339 in UTC with seconds, `""` when absent."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str = ""
    deletion_timestamp: str = ""
    deletion_grace_period_seconds: int | None = None
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()
    self_link: str = ""
    managed_fields: tuple[JsonObject, ...] = ()


class Condition(Message):
    """A status condition; `status` is "True", "False" or "Unknown"."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_transition_time: str = ""
    last_update_time: str = ""
    last_probe_time: str = ""
    observed_generation: int = 0


class Resource(Message):
    """Base of every kind. A kind adds `spec`, `status` or its own top-level fields."""

    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta = ObjectMeta()

    @property
    def ref(self) -> ResourceRef:
        """This resource's kind, namespace and name."""
        return ResourceRef(self.kind, self.metadata.namespace, self.metadata.name)


class LabelSelectorRequirement(Message):
    """One expression of a label selector; `operator` is In, NotIn, Exists or DoesNotExist."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


class LabelSelector(Message):
    """Kubernetes `meta/v1` LabelSelector; empty selects everything."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()
