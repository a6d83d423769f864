"""Forgets old events, as Kubernetes' API server does after an hour: the store must not grow with time."""

from lateen.api.age import parse_time
from lateen.api.event import Event
from lateen.lib.clock import Clock
from lateen.lib.tasks import forever
from lateen.store.config_store import ConfigStore, ConflictError, MissingError

KEPT_SECONDS = 3600.0
CHECK_SECONDS = 60.0


class EventExpiry:
    """Deletes events whose last occurrence is an hour ago."""

    def __init__(self, store: ConfigStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Look once a minute until cancelled."""
        await forever(self._step, name="event expiry", pause=lambda: self._clock.sleep(CHECK_SECONDS))

    async def _step(self) -> None:
        await self.expire()
        await self._clock.sleep(CHECK_SECONDS)

    async def expire(self) -> None:
        """Delete what is too old now."""
        for stored in (await self._store.list(["Event"])).items:
            event = stored.resource
            if isinstance(event, Event) and self._clock.now() - _last_seen(event) > KEPT_SECONDS:
                try:
                    await self._store.delete(stored.ref, expected=stored.revision)
                except (ConflictError, MissingError):
                    continue  # it has happened again, or somebody else was quicker


def _last_seen(event: Event) -> float:
    series = event.series.last_observed_time if event.series else ""
    texts = (series, event.last_timestamp, event.event_time, event.metadata.creation_timestamp)
    return max((time.timestamp() for text in texts if (time := parse_time(text)) is not None), default=0.0)
