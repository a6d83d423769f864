"""Says of a node that has been silent for long that nobody knows how it is, as Kubernetes' node life cycle does.

Its pods stay as they are: they don't need their agent to go on, and on one machine there is nowhere else to go.
"""

from lateen.api.age import parse_time
from lateen.api.meta import JsonObject
from lateen.api.node import Node
from lateen.lib.clock import Clock, rfc3339
from lateen.lib.tasks import forever
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored

SILENT_SECONDS = 180.0
CHECK_SECONDS = 20.0


class NodeHealth:
    """Makes the condition Ready of silent nodes Unknown; the agent makes it True when it speaks again.

    Silence counts from the start of the control plane at the earliest: nobody could be heard before.
    """

    def __init__(self, store: ConfigStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._listening_since = clock.now()

    async def run(self) -> None:
        """Look again and again until cancelled."""
        await forever(self._step, name="node health", pause=lambda: self._clock.sleep(CHECK_SECONDS))

    async def _step(self) -> None:
        await self.check()
        await self._clock.sleep(CHECK_SECONDS)

    async def check(self) -> None:
        """Look at every node once."""
        for stored in (await self._store.list(["Node"])).items:
            if isinstance(stored.resource, Node) and self._is_silent(stored.resource):
                await self._doubt(stored)

    def _is_silent(self, node: Node) -> bool:
        ready = next((c for c in node.status.conditions if c.type == "Ready"), None)
        if ready is None or ready.status == "Unknown":
            return False
        heard = parse_time(ready.last_heartbeat_time)
        last = max(heard.timestamp() if heard else 0.0, self._listening_since)
        return self._clock.now() - last > SILENT_SECONDS

    async def _doubt(self, stored: Stored) -> None:
        status: JsonObject = stored.body["status"]
        unknown = {
            "status": "Unknown",
            "reason": "NodeStatusUnknown",
            "message": "the node agent is silent: see its log in the mesh's state folder",
            "lastTransitionTime": rfc3339(self._clock.now()),
        }
        conditions = [each | unknown if each["type"] == "Ready" else each for each in status["conditions"]]
        try:
            body = {**stored.body, "status": {**status, "conditions": conditions}}
            await self._store.replace(body, expected=stored.revision, status_only=True)
        except (ConflictError, MissingError):
            return
