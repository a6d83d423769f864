"""Keeps names and service addresses of this machine's mesh in step with the API."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from lateen.api.config_map import ConfigMap
from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.meta import JsonObject, Resource
from lateen.api.schema import decode
from lateen.api.service import Service
from lateen.api.service_entry import ServiceEntry
from lateen.client.api import ApiClient
from lateen.client.reflector import ChangeType, Name, Reflector
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock
from lateen.lib.tasks import forever
from lateen.model.mesh_config import SETTINGS_MAP, mesh_settings
from lateen.model.settings import MeshSettings
from lateen.node.dns.table import build_table, write_table
from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.forwarding import Forwarding, forwarding_for

log = logging.getLogger(__name__)

KINDS = ("Service", "EndpointSlice", "ServiceEntry", "Pod", "ConfigMap")
SETTLE_SECONDS = 0.02

R = TypeVar("R", bound=Resource)


class ServiceSync:
    """Follows services and endpoints; writes the name server's table and hands the forwarding to `apply`.

    Both are tried again until they succeed; a restarted agent writes nothing before it has seen everything.
    """

    def __init__(
        self, client: ApiClient, clock: Clock, plan: AddressPlan, table: Path, apply: Callable[[Forwarding], object]
    ) -> None:
        self._clock = clock
        self._plan = plan
        self._table = table
        self._apply = apply
        self._reflectors = {kind: _reflector(client, kind, clock) for kind in KINDS}
        self._synced: set[str] = set()
        self._changed = asyncio.Event()
        self._backoff = Backoff(0.1, 10.0)
        self._decoded_from: dict[str, dict[Name, tuple[JsonObject, Resource | None]]] = {kind: {} for kind in KINDS}

    async def run(self) -> None:
        """Follow until cancelled. Raises ApiError when the API refuses to be followed."""
        async with asyncio.TaskGroup() as parts:
            for kind in KINDS:
                parts.create_task(self._follow(kind))
            parts.create_task(
                forever(self._step, name="service rules", pause=lambda: self._clock.sleep(self._backoff.next()))
            )

    async def _follow(self, kind: str) -> None:
        async for change in self._reflectors[kind].changes():
            if change.type is ChangeType.SYNCED:
                self._synced.add(kind)
            self._changed.set()

    async def _step(self) -> None:
        await self._changed.wait()
        await self._clock.sleep(SETTLE_SECONDS)
        if self._synced != set(KINDS):
            self._changed.clear()
            return
        self._changed.clear()
        try:
            await asyncio.to_thread(self._write, *self._read())
        except Exception:
            self._changed.set()
            raise
        self._backoff.reset()

    def _read(self) -> tuple[list[Service], list[EndpointSlice], list[ServiceEntry], dict[str, str], MeshSettings]:
        return (
            self._decoded("Service", Service),
            self._decoded("EndpointSlice", EndpointSlice),
            self._decoded("ServiceEntry", ServiceEntry),
            self._clients(),
            self._settings(),
        )

    def _settings(self) -> MeshSettings:
        return mesh_settings(next(iter(self._decoded("ConfigMap", ConfigMap)), None))[0]

    def _clients(self) -> dict[str, str]:
        """The namespaces of pods by their addresses."""
        pods = self._reflectors["Pod"].items.values()
        return {
            address: pod["metadata"]["namespace"] for pod in pods if (address := pod.get("status", {}).get("podIP"))
        }

    def _decoded(self, kind: str, struct: type[R]) -> list[R]:
        """Everything of a kind; what has not changed since the last time is not decoded again."""
        before = self._decoded_from[kind]
        known = {
            name: entry if (entry := before.get(name)) is not None and entry[0] is body else (body, decode(body)[0])
            for name, body in self._reflectors[kind].items.items()
        }
        self._decoded_from[kind] = known
        return [resource for _, resource in known.values() if isinstance(resource, struct)]

    def _write(
        self,
        services: list[Service],
        slices: list[EndpointSlice],
        entries: list[ServiceEntry],
        clients: Mapping[str, str],
        settings: MeshSettings,
    ) -> None:
        write_table(self._table, build_table(self._plan.pods, services, slices, entries, clients, settings))
        self._apply(forwarding_for(services, slices))


def _reflector(client: ApiClient, kind: str, clock: Clock) -> Reflector:
    """Of ConfigMaps only the mesh's settings are followed."""
    if kind != "ConfigMap":
        return Reflector(client, kind, clock)
    namespace, name = SETTINGS_MAP
    return Reflector(client, kind, clock, namespace=namespace, field_selector=f"metadata.name={name}")
