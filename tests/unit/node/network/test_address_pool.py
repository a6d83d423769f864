from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from lateen.lib.clock import FakeClock
from lateen.node.network.address_pool import AddressPool, NoFreeAddressError

RANGE = IPv4Network("10.1.0.0/29")  # .2 to .6 are for pods


def pool(folder: Path, clock: FakeClock) -> AddressPool:
    return AddressPool(RANGE, clock, folder / "next", rest=30)


def test_addresses_go_round_before_they_come_back(tmp_path: Path) -> None:
    addresses = pool(tmp_path, FakeClock())
    first = addresses.take()
    addresses.release(first)
    assert [str(first), *(str(addresses.take()) for _ in range(4))] == [f"10.1.0.{n}" for n in range(2, 7)]


async def test_a_released_address_rests(tmp_path: Path) -> None:
    clock = FakeClock()
    addresses = pool(tmp_path, clock)
    taken = [addresses.take() for _ in range(5)]
    addresses.release(taken[2])
    with pytest.raises(NoFreeAddressError, match="all 5 pod addresses are in use"):
        addresses.take()
    await clock.advance(31)
    assert addresses.take() == taken[2]


def test_the_turn_outlives_the_agent(tmp_path: Path) -> None:
    addresses = pool(tmp_path, FakeClock())
    addresses.take()
    addresses.take()
    again = pool(tmp_path, FakeClock())
    again.reserve([IPv4Address("10.1.0.4")])
    assert str(again.take()) == "10.1.0.5"


def test_a_damaged_memory_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "next").write_text("?")
    assert str(pool(tmp_path, FakeClock()).take()) == "10.1.0.2"
