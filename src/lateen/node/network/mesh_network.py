"""The node namespace of a mesh: bridge, uplink to the machine, routes."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path

from lateen.lib.netns import NETNS_DIRECTORY, create_netns, delete_netns, is_netns, netns_path, prepare_directory
from lateen.lib.rtnetlink import LOOPBACK_INDEX, Rtnetlink, VethPeer
from lateen.node.network.address_plan import SLOTS, AddressPlan, choose_slot
from lateen.node.network.names import hardware_address, node_netns, uplink
from lateen.node.network.sysctl import NODE_SETTINGS, apply_settings

BRIDGE = "lateen0"
POD_LINKS = 1  # the link group of the pods' ends in the node namespace
_UPLINK_INSIDE = "lateenup"
_DEFAULT_ROUTE = IPv4Network("0.0.0.0/0")


class NoFreeRangeError(Exception):
    """All address slots of the machine are in use."""


class MeshNetwork:
    """One mesh's network on this machine; `state` is the folder in which the mesh keeps its address slot."""

    def __init__(self, mesh: str, state: Path) -> None:
        self.mesh = mesh
        self.netns = netns_path(node_netns(mesh))
        self._state_file = state / "network.json"

    def plan(self) -> AddressPlan:
        """The addresses, chosen now if they weren't before. Raises NoFreeRangeError."""
        with _machine_lock():
            return self._plan()

    def ensure(self) -> AddressPlan:
        """Make what is missing of the mesh's network; what is there stays untouched, traffic included."""
        with _machine_lock():
            plan = self._plan()
            if not is_netns(self.netns):
                delete_netns(self.netns.name)
                create_netns(self.netns.name, lambda: apply_settings(NODE_SETTINGS))
            self._ensure_inside(plan)
            self._ensure_uplink(plan)
        return plan

    def _plan(self) -> AddressPlan:
        recorded = _recorded_slot(self._state_file)
        if recorded is not None and is_netns(self.netns):
            return AddressPlan(recorded)
        return self._choose(recorded)

    def _choose(self, preferred: int | None) -> AddressPlan:
        with Rtnetlink() as machine:
            links = machine.links()
            mine = {link.index for link in links if link.name == uplink(self.mesh)}
            routed = [route.network for route in machine.routes() if route.link not in mine]
        slot = choose_slot(self._reserved_slots(), routed, preferred)
        if slot is None:
            raise NoFreeRangeError(
                "no free address range for the mesh: 10.244.0.0/16 or 10.96.0.0/16 is fully routed on this machine "
                "(see `ip route`); stop a mesh with `lateen down` or remove the route"
            )
        self._record(slot)
        return AddressPlan(slot)

    def _ensure_inside(self, plan: AddressPlan) -> None:
        with Rtnetlink.inside(self.netns) as node:
            node.set_up(LOOPBACK_INDEX)
            bridge = node.link(BRIDGE)
            if bridge is None:
                node.add_bridge(BRIDGE, hardware_address(plan.gateway.ip))
                bridge = node.link(BRIDGE)
            assert bridge is not None  # noqa: S101 - it was made a line ago
            node.add_address(bridge.index, plan.gateway)
            node.add_address(LOOPBACK_INDEX, IPv4Interface(plan.dns))
            # Whatever the service rules leave unanswered must not go back to the machine, which would return it.
            node.add_unreachable_route(plan.services)

    def _ensure_uplink(self, plan: AddressPlan) -> None:
        name = uplink(self.mesh)
        with Rtnetlink.inside(self.netns) as node, Rtnetlink() as machine:
            if node.link(_UPLINK_INSIDE) is None:
                machine.delete_link(name)
                with _opened(self.netns) as netns:
                    machine.add_veth(name, VethPeer(_UPLINK_INSIDE, netns))
                machine.set_alias(name, f"lateen mesh {self.mesh}")
            inside, outside = node.link(_UPLINK_INSIDE), machine.link(name)
            if inside is None or outside is None:
                raise OSError(f"link {name} vanished while it was set up; run the command again")
            node.add_address(inside.index, plan.uplink_node)
            node.set_up(inside.index)
            node.add_route(_DEFAULT_ROUTE, inside.index, gateway=plan.uplink_machine.ip)
            machine.add_address(outside.index, plan.uplink_machine)
            machine.set_up(outside.index)
            for network in (plan.pods, plan.services):
                machine.add_route(network, outside.index, gateway=plan.uplink_node.ip, source=plan.uplink_machine.ip)

    def _reserved_slots(self) -> set[int]:
        """Slots that other meshes will want back: their services' addresses are stored with them."""
        others = self._state_file.parent.parent.glob(f"*/{self._state_file.name}")
        slots = {_recorded_slot(file) for file in others if file != self._state_file}
        return {slot for slot in slots if slot is not None}

    def _record(self, slot: int) -> None:
        self._state_file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._state_file.with_suffix(".partial")
        partial.write_text(json.dumps({"slot": slot}))
        partial.replace(self._state_file)


def _recorded_slot(file: Path) -> int | None:
    try:
        slot = json.loads(file.read_text())["slot"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return slot if isinstance(slot, int) and 0 <= slot < SLOTS else None


@contextmanager
def _machine_lock() -> Iterator[None]:
    """Only one mesh at a time looks for addresses and makes links; the lock goes with the process that holds it."""
    prepare_directory()
    with _opened(NETNS_DIRECTORY) as directory:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
