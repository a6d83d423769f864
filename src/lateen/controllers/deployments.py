"""Deployments: keep as many pods of the current template as asked for, and replace older ones step by step."""

import random
from collections.abc import Awaitable, Callable, Iterable, Sequence

from lateen.api.deployment import Deployment
from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.api.problem import ResourceRef
from lateen.controllers.deployment_status import deployment_status
from lateen.controllers.loop import Key
from lateen.controllers.ownership import controller_reference, is_controlled_by
from lateen.controllers.pod_names import pod_name, template_hash
from lateen.controllers.rollout import Counts, Strategy, next_step
from lateen.controllers.termination import delete_quietly
from lateen.lib.clock import Clock
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored

HASH_LABEL = "pod-template-hash"

Admission = Callable[[JsonObject], Awaitable[JsonObject]]
"""What a new pod goes through before it is stored: defaults, and the sidecar where one is asked for."""


class DeploymentController:
    """Pods belong to their deployment directly; there are no ReplicaSets in between."""

    name = "deployments"
    kinds: Sequence[str] = ("Deployment", "Pod")

    def __init__(self, store: ConfigStore, clock: Clock, admit: Admission, source: random.Random) -> None:
        self._store = store
        self._clock = clock
        self._admit = admit
        self._random = source

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """The deployment, or the one that controls a pod."""
        if isinstance(stored.resource, Deployment):
            return [(stored.ref.namespace, stored.ref.name)]
        owners = stored.resource.metadata.owner_references
        return [(stored.ref.namespace, owner.name) for owner in owners if owner.kind == "Deployment"]

    async def reconcile(self, key: Key) -> None:
        """One step towards what the deployment asks for; pods that change bring the next."""
        stored = await self._store.get(ResourceRef("Deployment", *key))
        if stored is None or not isinstance(stored.resource, Deployment):
            return
        pods = await self._pods_of(stored.resource)
        hash_ = template_hash(stored.body["spec"]["template"])
        await self._step(stored, hash_, [pod for pod in pods if not pod.resource.metadata.deletion_timestamp])
        await self._write_status(stored, hash_)

    async def _pods_of(self, deployment: Deployment) -> list[Stored]:
        listing = await self._store.list(["Pod"], deployment.metadata.namespace)
        return [item for item in listing.items if is_controlled_by(item.resource.metadata, deployment.metadata.uid)]

    async def _step(self, stored: Stored, hash_: str, pods: Sequence[Stored]) -> None:
        deployment = stored.resource
        assert isinstance(deployment, Deployment)  # noqa: S101 - checked by the caller
        new = [pod for pod in pods if pod.resource.metadata.labels.get(HASH_LABEL) == hash_]
        old = [pod for pod in pods if pod.resource.metadata.labels.get(HASH_LABEL) != hash_]
        available = [sum(map(is_available, group)) for group in (new, old)]
        counts = Counts(len(new), available[0], len(old), available[1])
        step = next_step(_replicas(deployment), counts, _strategy(deployment))
        for _ in range(step.create):
            await self._create_pod(stored, hash_)
        victims = _expendable_first(new)[: step.delete_new] + _expendable_first(old)[: step.delete_old]
        for pod in victims:
            await delete_quietly(self._store, pod, self._clock)

    async def _create_pod(self, stored: Stored, hash_: str) -> None:
        template = stored.body["spec"]["template"]
        metadata = template.get("metadata") or {}
        body: JsonObject = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                **metadata,
                "name": pod_name(stored.ref.name, hash_, self._random),
                "namespace": stored.ref.namespace,
                "labels": {**(metadata.get("labels") or {}), HASH_LABEL: hash_},
                "ownerReferences": [controller_reference(stored.resource)],
            },
            "spec": template["spec"],
        }
        await self._store.create(await self._admit(body))

    async def _write_status(self, stored: Stored, hash_: str) -> None:
        deployment = stored.resource
        assert isinstance(deployment, Deployment)  # noqa: S101 - checked by the caller
        pods = [pod for pod in await self._pods_of(deployment) if not pod.resource.metadata.deletion_timestamp]
        updated = [pod for pod in pods if pod.resource.metadata.labels.get(HASH_LABEL) == hash_]
        status = deployment_status(
            stored.body.get("status") or {},
            generation=deployment.metadata.generation,
            wanted=_replicas(deployment),
            pods=len(pods),
            updated=len(updated),
            available=sum(map(is_available, pods)),
            now=self._clock.now(),
        )
        if status == stored.body.get("status"):
            return
        try:
            await self._store.replace({**stored.body, "status": status}, status_only=True)
        except (ConflictError, MissingError):
            return


def is_available(stored: Stored) -> bool:
    """Whether a pod is ready and not being deleted."""
    pod = stored.resource
    if not isinstance(pod, Pod) or pod.metadata.deletion_timestamp:
        return False
    return any(condition.type == "Ready" and condition.status == "True" for condition in pod.status.conditions)


def _replicas(deployment: Deployment) -> int:
    return 1 if deployment.spec.replicas is None else deployment.spec.replicas


def _strategy(deployment: Deployment) -> Strategy:
    strategy = deployment.spec.strategy
    if strategy is None or strategy.rolling_update is None:
        return Strategy(recreate=strategy is not None and strategy.type == "Recreate")
    rolling = strategy.rolling_update
    return Strategy(
        max_surge="25%" if rolling.max_surge is None else rolling.max_surge,
        max_unavailable="25%" if rolling.max_unavailable is None else rolling.max_unavailable,
    )


def _expendable_first(pods: Sequence[Stored]) -> list[Stored]:
    """Unavailable pods before available ones, then the youngest first, as Kubernetes scales down."""
    youngest_first = sorted(pods, key=lambda pod: pod.resource.metadata.creation_timestamp, reverse=True)
    return sorted(youngest_first, key=is_available)
