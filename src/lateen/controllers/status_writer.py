"""The one writer of Istio kinds' status: keeps what the mesh found out about a resource in the resource."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from lateen.api.problem import Problem, ResourceRef
from lateen.api.schema import KINDS
from lateen.controllers.loop import Key
from lateen.lib.clock import Clock, rfc3339
from lateen.status.conditions import status_for
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored

ISTIO_KINDS = tuple(info.id for info in KINDS if "istio-io" in info.categories)

Problems = Mapping[ResourceRef | None, Sequence[Problem]]
"""By the resource at fault; None for those that can't be pinned on one."""


class StatusWriter:
    """Writes `status` of every Istio resource; `problems` gives what is wrong now.

    Keys are (namespace, kind/name). Whoever knows of new problems tells `ControllerRunner.look_again`.
    """

    name = "status"
    kinds: Sequence[str] = ISTIO_KINDS

    def __init__(self, store: ConfigStore, clock: Clock, problems: Callable[[], Problems]) -> None:
        self._store = store
        self._clock = clock
        self._problems = problems

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """The resource itself."""
        return [key_of(stored.ref)]

    async def reconcile(self, key: Key) -> None:
        """Write one resource's status, if it says something new."""
        kind, _, name = key[1].partition("/")
        ref = ResourceRef(kind, key[0], name)
        stored = await self._store.get(ref)
        if stored is None:
            return
        previous = stored.body.get("status") or {}
        generation = stored.resource.metadata.generation
        status = status_for(self._problems().get(ref, ()), generation, previous, rfc3339(self._clock.now()))
        if status == previous:
            return
        try:
            await self._store.replace({**stored.body, "status": status}, status_only=True)
        except (ConflictError, MissingError):
            return  # its newer version is in the queue already


def key_of(ref: ResourceRef) -> Key:
    """The writer's key for a resource."""
    return ref.namespace, f"{ref.kind}/{ref.name}"
