"""Removing what pods have left on this machine. All of it blocks."""

import logging
from pathlib import Path

from lateen.node.pod_folder import pod_folders
from lateen.node.pod_setup import Network
from lateen.node.settings import NodeSettings
from lateen.node.shim import cgroup

log = logging.getLogger(__name__)


def remove_unknown(settings: NodeSettings, network: Network, known: set[str]) -> None:
    """Remove control groups and attachments of pods that are not `known` by uid and have no folder."""
    for uid in cgroup.children(settings.cgroup):
        if uid not in known:
            log.info("removing the processes of pod %s, which is forgotten", uid)
            cgroup.kill(f"{settings.cgroup}/{uid}")
            cgroup.remove(f"{settings.cgroup}/{uid}")
    for attachment in network.attachments():
        if attachment.pod_uid not in known:
            network.detach(attachment)


def remove_all_pods(mesh: str, pods: Path) -> list[str]:
    """Kill every pod of the mesh and remove control groups and folders; returns the uids of what was there.

    For `lateen down` and for the `lateen up` after a crash, when no agent works. Namespaces and links are the network
    part's, to be removed after this: mounts and processes are gone then, since they live in the pods' own namespaces.
    """
    group = f"lateen-{mesh}"
    found = set(cgroup.children(group)) | {folder.uid for folder in pod_folders(pods)}
    cgroup.kill(group)
    if not cgroup.remove(group, patience=10.0):
        log.warning("control group %s can't be removed: a process in it doesn't end", group)
    for folder in pod_folders(pods):
        folder.remove()
    return sorted(found)
