"""Graceful deletion: a pod that runs is marked, its node stops it and removes it."""

from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.lib.clock import Clock, rfc3339
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored

DEFAULT_GRACE_SECONDS = 30


async def terminate_pod(store: ConfigStore, stored: Stored, clock: Clock, grace_seconds: int | None = None) -> Stored:
    """Begin the deletion of a pod and return it as it now is.

    A pod that no node has is removed at once, as is one with `grace_seconds` 0. Otherwise `deletionTimestamp` is set,
    which takes it out of its services' endpoints; its node removes it when its containers have stopped. A second call
    can only shorten the grace. Raises MissingError, ConflictError.
    """
    pod = stored.resource
    assert isinstance(pod, Pod)  # noqa: S101 - only pods have nodes
    grace = _grace(pod, grace_seconds)
    if grace == 0 or not pod.spec.node_name:
        return await store.delete(stored.ref)
    current = pod.metadata.deletion_grace_period_seconds
    if pod.metadata.deletion_timestamp and current is not None and current <= grace:
        return stored
    metadata: JsonObject = {
        **stored.body["metadata"],
        "deletionTimestamp": rfc3339(clock.now() + grace),
        "deletionGracePeriodSeconds": grace,
    }
    return await store.replace({**stored.body, "metadata": metadata}, expected=stored.revision)


async def delete_quietly(store: ConfigStore, stored: Stored, clock: Clock) -> None:
    """Delete a resource, pods gracefully; one that is gone or changed meanwhile is left to the next look."""
    try:
        if isinstance(stored.resource, Pod):
            await terminate_pod(store, stored, clock)
        else:
            await store.delete(stored.ref)
    except (MissingError, ConflictError):
        pass


def _grace(pod: Pod, asked: int | None) -> int:
    if asked is not None:
        return asked
    wanted = pod.spec.termination_grace_period_seconds
    return DEFAULT_GRACE_SECONDS if wanted is None else wanted
