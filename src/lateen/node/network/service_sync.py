"""Following the API's services into the node namespace's rules and the name server's table."""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path

from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.meta import JsonObject, Resource
from lateen.api.schema import decode
from lateen.api.service import Service
from lateen.api.service_entry import ServiceEntry
from lateen.client.api import ApiClient
from lateen.client.reflector import Change, ChangeType, Reflector
from lateen.lib.backoff import Backoff
from lateen.lib.clock import Clock
from lateen.lib.tasks import TaskGroup
from lateen.node.dns.table import build_table, write_table
from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.forwarding import forwarding_for
from lateen.node.network.service_proxy import ServiceProxy

log = logging.getLogger(__name__)

QUIET_SECONDS = 0.02
_KINDS = ("Service", "EndpointSlice", "ServiceEntry")


@dataclass(slots=True)
class ServiceSync:
    """Applies what the API says about services, a moment after each burst of changes.

    Nothing is applied before every kind was listed once: what an earlier agent left goes on until then.
    """

    client: ApiClient
    clock: Clock
    plan: AddressPlan
    proxy: ServiceProxy
    table: Path
    _known: dict[str, dict[tuple[str, str], Resource]] = field(default_factory=lambda: {kind: {} for kind in _KINDS})
    _listed: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Follow until cancelled."""
        async with TaskGroup() as tasks:
            for kind in _KINDS:
                tasks.start(self._follow(kind), f"follow {kind}")
            await self._apply_changes()

    async def _follow(self, kind: str) -> None:
        async for change in Reflector(self.client, kind, self.clock).changes():
            self.on_change(kind, change)

    def on_change(self, kind: str, change: Change) -> None:
        """Take in one change of a kind."""
        if change.type is ChangeType.SYNCED:
            self._listed.add(kind)
        else:
            self._take(kind, change.type, change.body)
        if len(self._listed) == len(_KINDS):
            self._changed.set()

    def _take(self, kind: str, change: ChangeType, body: JsonObject) -> None:
        name = (body["metadata"].get("namespace") or "", body["metadata"]["name"])
        resource, problems = decode(body)
        if change is ChangeType.DELETED:
            self._known[kind].pop(name, None)
        elif resource is not None:
            self._known[kind][name] = resource
        else:
            log.warning("%s %s/%s can't be used: %s", kind, *name, "; ".join(problem.message for problem in problems))

    async def _apply_changes(self) -> None:
        backoff = Backoff(0.2, 5.0)
        while True:
            await self._changed.wait()
            await self.clock.sleep(QUIET_SECONDS)
            self._changed.clear()
            try:
                await asyncio.to_thread(self.apply, *self._current())
                backoff.reset()
            except Exception:
                log.exception("services can't be applied; trying again")
                await self.clock.sleep(backoff.next())
                self._changed.set()

    def _current(self) -> tuple[list[Service], list[EndpointSlice], list[ServiceEntry]]:
        return (
            [service for service in self._known["Service"].values() if isinstance(service, Service)],
            [part for part in self._known["EndpointSlice"].values() if isinstance(part, EndpointSlice)],
            [entry for entry in self._known["ServiceEntry"].values() if isinstance(entry, ServiceEntry)],
        )

    def apply(self, services: list[Service], slices: list[EndpointSlice], entries: list[ServiceEntry]) -> None:
        """Write rules and table now: rules first, so that a name never leads to an address nobody forwards."""
        self.proxy.apply(forwarding_for(services, slices))
        write_table(self.table, build_table(self.plan.pods, services, slices, entries))
