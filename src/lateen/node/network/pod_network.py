"""Connecting pods to their mesh's bridge."""

import json
import os
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from lateen.lib.clock import Clock
from lateen.lib.netns import create_netns, delete_netns, is_netns, netns_names, netns_path
from lateen.lib.rtnetlink import LOOPBACK_INDEX, Link, Rtnetlink, VethPeer
from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.address_pool import AddressPool
from lateen.node.network.mesh_network import BRIDGE, POD_LINKS
from lateen.node.network.names import hardware_address, is_pod_netns, node_netns, pod_link, pod_netns
from lateen.node.network.sysctl import POD_SETTINGS, apply_settings

_POD_INTERFACE = "eth0"
_POD_INTERFACE_INDEX = 2
_DEFAULT_ROUTE = IPv4Network("0.0.0.0/0")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A pod's place in the network: its namespace's file, its address, and the gateway that leads to all others."""

    pod_uid: str
    netns: Path
    address: IPv4Address
    gateway: IPv4Address


class PodNetwork:
    """Attaches pods to the bridge of `mesh`; every method may be called from several threads at once.

    The kernel keeps the state: each pod's link in the node namespace is described with the pod's uid, address and
    namespace, so that a restarted agent finds all of it again.
    """

    def __init__(self, mesh: str, plan: AddressPlan, state: Path, clock: Clock) -> None:
        self._mesh = mesh
        self._plan = plan
        self._node = netns_path(node_netns(mesh))
        state.mkdir(parents=True, exist_ok=True)
        self._pool = AddressPool(plan.pods, clock, state / "next-address")
        self._pool.reserve(attachment.address for attachment in self.attachments())

    def attachments(self) -> list[Attachment]:
        """All pods that are attached now, by whomever."""
        with Rtnetlink.inside(self._node) as node:
            found = (_described(link, self._plan) for link in node.links())
            return [attachment for attachment in found if attachment and is_netns(attachment.netns)]

    def attach(self, pod_uid: str) -> Attachment:
        """Give a pod a new namespace, an address and a way to all others. Raises NoFreeAddressError, OSError."""
        netns = netns_path(pod_netns(self._mesh, pod_uid))
        attachment = Attachment(pod_uid, netns, self._pool.take(), self._plan.gateway.ip)
        try:
            with create_netns(netns.name, _prepared) as pod:
                self._connect(attachment)
                _configure(pod, attachment)
            self._describe(attachment)
        except BaseException:
            self.detach(attachment)
            raise
        return attachment

    def _connect(self, attachment: Attachment) -> None:
        name = pod_link(attachment.netns.name)
        descriptor = os.open(attachment.netns, os.O_RDONLY | os.O_CLOEXEC)
        try:
            peer = VethPeer(_POD_INTERFACE, descriptor, _POD_INTERFACE_INDEX, hardware_address(attachment.address))
            with Rtnetlink.inside(self._node) as node:
                bridge = node.link(BRIDGE)
                if bridge is None:
                    raise OSError(f"bridge {BRIDGE} is missing in {self._node}; run `lateen down`, then `lateen up`")
                node.add_veth(name, peer, master=bridge.index, group=POD_LINKS)
        finally:
            os.close(descriptor)

    def _describe(self, attachment: Attachment) -> None:
        # Last of all: what has no description was never finished.
        with Rtnetlink.inside(self._node) as node:
            node.set_alias(pod_link(attachment.netns.name), _description(attachment))

    def detach(self, attachment: Attachment) -> None:
        """Take a pod off the network and forget its namespace; doing it again is fine."""
        with Rtnetlink.inside(self._node) as node:
            node.delete_link(pod_link(attachment.netns.name))
        delete_netns(attachment.netns.name)
        self._pool.release(attachment.address)

    def remove_unfinished(self) -> None:
        """Remove what an agent was making when it was killed. Only before the first pod is attached."""
        with Rtnetlink.inside(self._node) as node:
            bridge = node.link(BRIDGE)
            for link in node.links():
                pod = _described(link, self._plan)
                if bridge and link.master == bridge.index and (pod is None or not is_netns(pod.netns)):
                    node.delete_link(link.name)
        finished = {attachment.netns.name for attachment in self.attachments()}
        for name in netns_names(node_netns(self._mesh) + "-"):
            if is_pod_netns(self._mesh, name) and name not in finished:
                delete_netns(name)


def _prepared() -> Rtnetlink:
    apply_settings(POD_SETTINGS)
    return Rtnetlink()


def _configure(pod: Rtnetlink, attachment: Attachment) -> None:
    # The pod has no neighbours, only the gateway: what comes back from a service must pass the place that translated
    # its address, and the bridge would take a short cut between two pods.
    gateway = attachment.gateway
    pod.set_up(LOOPBACK_INDEX)
    pod.add_address(_POD_INTERFACE_INDEX, IPv4Interface(attachment.address))
    pod.set_up(_POD_INTERFACE_INDEX)
    pod.add_route(IPv4Network(gateway), _POD_INTERFACE_INDEX)
    pod.add_route(_DEFAULT_ROUTE, _POD_INTERFACE_INDEX, gateway=gateway, source=attachment.address)


def _description(attachment: Attachment) -> str:
    words = {"pod": attachment.pod_uid, "netns": attachment.netns.name, "address": str(attachment.address)}
    return "lateen " + json.dumps(words, separators=(",", ":"))


def _described(link: Link, plan: AddressPlan) -> Attachment | None:
    try:
        words = json.loads(link.alias.removeprefix("lateen "))
        return Attachment(words["pod"], netns_path(words["netns"]), IPv4Address(words["address"]), plan.gateway.ip)
    except (ValueError, KeyError, TypeError):
        return None
