"""The one writer of Istio kinds' status: keeps what the mesh found out about a resource in the resource."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from lateen.api.problem import Problem, ResourceRef
from lateen.api.schema import KINDS
from lateen.controllers.loop import Key
from lateen.lib.clock import Clock, rfc3339
from lateen.status.conditions import status_for
from lateen.status.reach import Reach
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored

ISTIO_KINDS = tuple(info.id for info in KINDS if "istio-io" in info.categories)

Problems = Mapping[ResourceRef | None, Sequence[Problem]]
"""By the resource at fault; None for those that can't be pinned on one."""


class StatusWriter:
    """Writes `status` of every Istio resource; `problems` gives what is wrong now.

    Keys are (namespace, kind/name). Whoever knows of new problems or another reach tells `ControllerRunner.look_again`.
    """

    name = "status"
    kinds: Sequence[str] = ISTIO_KINDS

    def __init__(
        self,
        store: ConfigStore,
        clock: Clock,
        problems: Callable[[], Problems],
        unjudged: Callable[[Stored], float],
        reach: Callable[[ResourceRef], Reach | None] = lambda _: None,
    ) -> None:
        """`unjudged` says in how many seconds to ask again whether it is known what is wrong with a resource, 0 when it
        is; `reach` how far a resource has come."""
        self._store = store
        self._clock = clock
        self._problems = problems
        self._unjudged = unjudged
        self._reach = reach

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """The resource itself."""
        return [key_of(stored.ref)]

    async def reconcile(self, key: Key) -> float | None:
        """Write one resource's status, if it says something new; a resource not judged yet comes up again soon."""
        kind, _, name = key[1].partition("/")
        ref = ResourceRef(kind, key[0], name)
        stored = await self._store.get(ref)
        if stored is None:
            return None
        if again := self._unjudged(stored):
            return again
        previous = stored.body.get("status") or {}
        generation = stored.resource.metadata.generation
        now, problems = rfc3339(self._clock.now()), self._problems().get(ref, ())
        status = status_for(problems, generation, previous, now, self._reach(ref))
        if status != previous:
            try:
                await self._store.replace({**stored.body, "status": status}, expected=stored.revision, status_only=True)
            except (ConflictError, MissingError):
                return None  # its newer version is in the queue already
        return None


def key_of(ref: ResourceRef) -> Key:
    """The writer's key for a resource."""
    return ref.namespace, f"{ref.kind}/{ref.name}"
