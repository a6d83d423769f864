"""The pods' addresses that are free."""

import threading
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from lateen.lib.clock import Clock


class NoFreeAddressError(Exception):
    """Every address of the range is in use or was in use a moment ago."""


class AddressPool:
    """Hands out the addresses of `network` in turn, so that a released one comes back as late as possible.

    `memory` is a file that keeps the turn across restarts; `rest` are the seconds for which a released address stays
    unused in any case: connections to its last owner may still be around. Safe to use from several threads.
    """

    def __init__(self, network: IPv4Network, clock: Clock, memory: Path, rest: float = 30.0) -> None:
        self._first = int(network.network_address) + 2  # one for the network, one for the gateway
        self._size = network.num_addresses - 3
        self._clock = clock
        self._memory = memory
        self._rest = rest
        self._used: set[IPv4Address] = set()
        self._released: dict[IPv4Address, float] = {}
        self._lock = threading.Lock()
        self._turn = self._recall()

    def reserve(self, addresses: Iterable[IPv4Address]) -> None:
        """Mark addresses as in use: those of pods that were there before."""
        with self._lock:
            self._used.update(addresses)

    def take(self) -> IPv4Address:
        """A free address. Raises NoFreeAddressError."""
        with self._lock:
            now = self._clock.monotonic()
            for step in range(self._size):
                offset = (self._turn + step) % self._size
                address = IPv4Address(self._first + offset)
                if address not in self._used and self._released.get(address, now - self._rest) <= now - self._rest:
                    return self._hand_out(address, offset)
        raise NoFreeAddressError(f"all {self._size} pod addresses are in use; delete pods or start a second mesh")

    def _hand_out(self, address: IPv4Address, offset: int) -> IPv4Address:
        self._used.add(address)
        self._released.pop(address, None)
        self._turn = (offset + 1) % self._size
        self._memory.write_text(str(self._turn))
        return address

    def release(self, address: IPv4Address) -> None:
        """The address isn't used any more."""
        with self._lock:
            if address in self._used:
                self._used.discard(address)
                self._released[address] = self._clock.monotonic()

    def _recall(self) -> int:
        try:
            return int(self._memory.read_text()) % self._size
        except (FileNotFoundError, ValueError):
            return 0
