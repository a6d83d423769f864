"""Gives each pod a node."""

from collections import Counter
from collections.abc import Iterable, Sequence

from lateen.api.node import Node
from lateen.api.pod import Pod
from lateen.api.problem import ResourceRef
from lateen.controllers.loop import Key
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored


class SchedulingController:
    """A pod without a node gets the ready node with the fewest pods; with no ready node it waits."""

    name = "scheduling"
    kinds: Sequence[str] = ("Pod", "Node")

    def __init__(self, store: ConfigStore) -> None:
        self._store = store
        self._waiting: set[Key] = set()

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """An unplaced pod; or, when a node changes, every pod that waits for one."""
        if isinstance(stored.resource, Node):
            return tuple(self._waiting)
        if isinstance(stored.resource, Pod) and not stored.resource.spec.node_name:
            return [(stored.ref.namespace, stored.ref.name)]
        return []

    async def reconcile(self, key: Key) -> None:
        """Place one pod."""
        stored = await self._store.get(ResourceRef("Pod", *key))
        if stored is None or not isinstance(stored.resource, Pod) or stored.resource.spec.node_name:
            self._waiting.discard(key)
            return
        self._waiting.add(key)  # before looking for a node, so that none that comes meanwhile is missed
        node = await self._choose()
        if node is None:
            return
        self._waiting.discard(key)
        try:
            body = {**stored.body, "spec": {**stored.body["spec"], "nodeName": node}}
            await self._store.replace(body, expected=stored.revision)
        except MissingError:
            return
        except ConflictError:
            await self.reconcile(key)

    async def _choose(self) -> str | None:
        nodes = [item.resource for item in (await self._store.list(["Node"])).items]
        ready = [node.metadata.name for node in nodes if isinstance(node, Node) and _takes_pods(node)]
        if len(ready) <= 1:
            return ready[0] if ready else None
        pods = [item.resource for item in (await self._store.list(["Pod"])).items]
        load = Counter(pod.spec.node_name for pod in pods if isinstance(pod, Pod))
        return min(ready, key=lambda name: (load[name], name))


def _takes_pods(node: Node) -> bool:
    return not node.spec.unschedulable and any(
        condition.type == "Ready" and condition.status == "True" for condition in node.status.conditions
    )
