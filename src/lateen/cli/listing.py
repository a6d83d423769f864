"""Every resource of a running mesh, decoded."""

from collections.abc import Iterator, Sequence

from lateen.api.kind import KindInfo
from lateen.api.meta import Resource
from lateen.api.schema import KINDS, decode
from lateen.cli.kinds import Target
from lateen.client.error import ApiError
from lateen.client.sync import SyncClient

_TRANSIENT = frozenset({"Event", "Endpoints", "EndpointSlice"})

LASTING = tuple(info for info in KINDS if info.id not in _TRANSIENT)
"""The kinds that say how a mesh is meant to be."""


def all_resources(client: SyncClient, kinds: Sequence[KindInfo] = LASTING) -> Iterator[Resource]:
    """The resources of `kinds` in every namespace; kinds that the server does not have are left out."""
    for info in kinds:
        try:
            items = client.get(Target(info).path("")).get("items") or []
        except ApiError as error:
            if error.is_missing:
                continue
            raise
        for item in items:
            resource, _ = decode({"apiVersion": info.api_version, "kind": info.kind, **item})
            if resource is not None:
                yield resource
