"""ConfigMaps and Secrets as the API has them now."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from lateen.api.config_map import ConfigMap
from lateen.api.meta import JsonObject
from lateen.api.schema import decode
from lateen.api.secret import Secret
from lateen.client.api import ApiClient
from lateen.client.reflector import ChangeType, Reflector
from lateen.lib.clock import Clock

log = logging.getLogger(__name__)

Listener = Callable[[str, str, str], None]
"""Told of a change: kind, namespace, name."""


class ApiSources:
    """Follows both kinds; `ready` is set once the first lists are in."""

    def __init__(self, client: ApiClient, clock: Clock, listener: Listener) -> None:
        self._reflectors = {kind: Reflector(client, kind, clock) for kind in ("ConfigMap", "Secret")}
        self._listener = listener
        self._synced: set[str] = set()
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled. Raises ApiError when the API refuses to be followed."""
        async with asyncio.TaskGroup() as parts:
            for kind in self._reflectors:
                parts.create_task(self._follow(kind))

    async def _follow(self, kind: str) -> None:
        async for change in self._reflectors[kind].changes():
            if change.type is ChangeType.SYNCED:
                self._synced.add(kind)
                if self._synced == set(self._reflectors):
                    self.ready.set()
            else:
                metadata = change.body["metadata"]
                self._listener(kind, metadata.get("namespace", ""), metadata["name"])

    def config_map(self, namespace: str, name: str) -> ConfigMap | None:
        """The ConfigMap, if there is one."""
        found = _decoded(self._reflectors["ConfigMap"].items.get((namespace, name)))
        return found if isinstance(found, ConfigMap) else None

    def secret(self, namespace: str, name: str) -> Secret | None:
        """The Secret, if there is one."""
        found = _decoded(self._reflectors["Secret"].items.get((namespace, name)))
        return found if isinstance(found, Secret) else None


def _decoded(body: JsonObject | None) -> msgspec.Struct | None:
    return decode(body)[0] if body is not None else None
