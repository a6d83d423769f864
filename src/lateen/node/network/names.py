"""What the namespaces and links of a mesh are called, and their hardware addresses."""

import hashlib
import re
import secrets
from ipaddress import IPv4Address

_LINK_NAME_MOST = 15
_MESH_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")
_POD_SUFFIX = re.compile(r"[0-9a-f]{12}")


def check_mesh_name(mesh: str) -> str | None:
    """Why `mesh` can't name a mesh, or None when it can."""
    if not _MESH_NAME.fullmatch(mesh):
        return f"mesh name {mesh!r}: use at most 40 of a-z, 0-9 and dashes, no dash first or last"
    if _POD_SUFFIX.fullmatch(mesh.rpartition("-")[2]) and "-" in mesh:
        return f"mesh name {mesh!r}: it looks like the name of a pod's network namespace; choose another ending"
    return None


def node_netns(mesh: str) -> str:
    """The mesh's node namespace."""
    return f"lateen-{mesh}"


def pod_netns(mesh: str, pod_uid: str) -> str:
    """A name for a pod's namespace that no earlier incarnation had.

    Proxies keep connections by the namespace's path, so a path must never come back.
    """
    short = re.sub(r"[^0-9a-f]", "", pod_uid.lower())[:8].ljust(8, "0")
    return f"{node_netns(mesh)}-{short}{secrets.token_hex(2)}"


def is_pod_netns(mesh: str, name: str) -> bool:
    """Whether `name` is the namespace of one of the mesh's pods."""
    prefix = node_netns(mesh) + "-"
    return name.startswith(prefix) and bool(_POD_SUFFIX.fullmatch(name.removeprefix(prefix)))


def uplink(mesh: str) -> str:
    """The machine's end of the link to the node namespace."""
    name = f"lateen-{mesh}"
    if len(name) <= _LINK_NAME_MOST:
        return name
    return f"lateen-{hashlib.sha256(mesh.encode()).hexdigest()[:8]}"


def pod_link(netns: str) -> str:
    """The node namespace's end of the link to the pod in `netns`."""
    return f"lateen{netns[-12:-8]}{netns[-4:]}"


def hardware_address(address: IPv4Address) -> bytes:
    """The hardware address that goes with an address of the mesh: nobody's neighbour table is ever wrong."""
    return b"\x02\x4c" + address.packed
