from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.service_entry import OPT_OUT
from lateen.controllers.entry_addresses import EntryAddressController
from lateen.lib.clock import FakeClock
from lateen.model.entry_addresses import RANGE
from lateen.store.config_store import Listing
from lateen.store.memory import MemoryStore


def entry(name: str, *hosts: str, labels: dict[str, str] | None = None, **spec: Any) -> JsonObject:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "ServiceEntry",
        "metadata": {"name": name, "namespace": "default", "labels": labels or {}},
        "spec": {"hosts": list(hosts), "resolution": "DNS", "ports": [{"number": 3306, "name": "tcp"}], **spec},
    }


class Mesh:
    def __init__(self) -> None:
        self.store = MemoryStore(FakeClock())
        self.controller = EntryAddressController(self.store)

    async def put(self, body: JsonObject, addresses: dict[str, str] | None = None) -> None:
        """Store an entry, as if it had those addresses already."""
        ref = ResourceRef("ServiceEntry", "default", body["metadata"]["name"])
        await (self.store.replace(body) if await self.store.get(ref) else self.store.create(body))
        if addresses is not None:
            status = {"addresses": [{"value": value, "host": host} for host, value in addresses.items()]}
            await self.store.replace({**body, "status": status}, status_only=True)

    async def addresses(self, name: str = "a") -> dict[str, str]:
        await self.controller.reconcile(("", ""))
        stored = await self.store.get(ResourceRef("ServiceEntry", "default", name))
        assert stored is not None
        return {each["host"]: each["value"] for each in (stored.body.get("status") or {}).get("addresses", [])}


@pytest.fixture
def mesh() -> Mesh:
    return Mesh()


async def test_every_host_gets_an_address_of_its_own_and_keeps_it(mesh: Mesh) -> None:
    await mesh.put(entry("a", "one.example.com", "two.example.com"))
    await mesh.put(entry("b", "one.example.com"))
    first, second = await mesh.addresses(), await mesh.addresses("b")
    assert list(first) == ["one.example.com", "two.example.com"]
    assert len({*first.values(), *second.values()}) == 3
    assert all(ip_address(address) in ip_network(RANGE) for address in first.values())
    await mesh.put(entry("a", "two.example.com", "three.example.com"))
    changed = await mesh.addresses()
    assert list(changed) == ["two.example.com", "three.example.com"]
    assert changed["two.example.com"] == first["two.example.com"]


@pytest.mark.parametrize(
    "body",
    [
        entry("a", "db.example.com", resolution="NONE"),
        entry("a", "db.example.com", addresses=["192.0.2.7"]),
        entry("a", "db.example.com", addresses=["192.0.2.0/24"]),
        entry("a", "db.example.com", labels={OPT_OUT: "False"}),
        entry("a", "*.example.com"),
    ],
)
async def test_what_gets_none_loses_those_it_has(mesh: Mesh, body: JsonObject) -> None:
    await mesh.put(body, addresses={body["spec"]["hosts"][0]: "240.240.0.9"})
    assert await mesh.addresses() == {}


async def test_wildcards_that_proxies_resolve_get_addresses(mesh: Mesh) -> None:
    await mesh.put(entry("a", "*.example.com", resolution="DYNAMIC_DNS", labels={OPT_OUT: "true"}))
    assert list(await mesh.addresses()) == ["*.example.com"]


async def test_of_two_entries_with_one_address_the_older_keeps_it_and_a_users_wins(mesh: Mesh) -> None:
    await mesh.put(entry("a", "a.example.com"), {"a.example.com": "240.240.0.9"})
    await mesh.put(entry("b", "b.example.com"), {"b.example.com": "240.240.0.9"})
    assert (await mesh.addresses())["a.example.com"] == "240.240.0.9"
    assert (await mesh.addresses("b"))["b.example.com"] != "240.240.0.9"
    await mesh.put(entry("c", "c.example.com", addresses=["240.240.0.9"]))
    assert (await mesh.addresses())["a.example.com"] != "240.240.0.9"


async def test_the_rest_of_the_status_stays_and_nothing_is_written_twice(mesh: Mesh) -> None:
    body = entry("a", "a.example.com")
    await mesh.put(body)
    await mesh.store.replace({**body, "status": {"observedGeneration": 1}}, status_only=True)
    await mesh.addresses()
    stored = await mesh.store.get(ResourceRef("ServiceEntry", "default", "a"))
    assert stored is not None
    assert stored.body["status"]["observedGeneration"] == 1
    await mesh.addresses()
    assert await mesh.store.get(stored.ref) is stored


class BusyStore(MemoryStore):
    """Somebody else writes whenever it was listed."""

    async def list(self, kinds: Sequence[str] | None = None, namespace: str | None = None) -> Listing:
        found = await super().list(kinds, namespace)
        await self.replace(entry("a", "b.example.com"))
        return found


async def test_an_entry_that_changes_meanwhile_is_left_to_the_next_time(mesh: Mesh) -> None:
    mesh.store = BusyStore(FakeClock())
    await mesh.put(entry("a", "a.example.com"))
    await EntryAddressController(mesh.store).reconcile(("", ""))
    stored = await mesh.store.get(ResourceRef("ServiceEntry", "default", "a"))
    assert stored is not None
    assert "status" not in stored.body
