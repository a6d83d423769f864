"""Removing what a mesh has in the kernel."""

from contextlib import suppress

from lateen.lib.netns import delete_netns, is_netns, netns_names, netns_path, retire_directory
from lateen.lib.rtnetlink import LOOPBACK_INDEX, Rtnetlink
from lateen.node.network.mesh_network import POD_LINKS
from lateen.node.network.names import is_pod_netns, node_netns, uplink


def remove_mesh_network(mesh: str) -> list[str]:
    """Remove the mesh's namespaces, links and (with them) routes; returns what was there. Doing it again is fine.

    Processes inside the namespaces are not ended: end them first, or the kernel keeps the namespaces for them.
    """
    node = node_netns(mesh)
    removed = [name for name in netns_names(node) if name == node or is_pod_netns(mesh, name)]
    if is_netns(netns_path(node)):
        _remove_links(node)
    for name in removed:
        delete_netns(name)
    with Rtnetlink() as machine:
        if machine.delete_link(uplink(mesh)):
            removed.append(uplink(mesh))
    retire_directory()
    return removed


def _remove_links(netns: str) -> None:
    # A namespace may outlive its name; its links (and the machine's ends of them) must not.
    with suppress(OSError), Rtnetlink.inside(netns_path(netns)) as node:
        node.delete_group(POD_LINKS)
        for link in node.links():
            if link.index != LOOPBACK_INDEX:
                node.delete_link(link.name)
