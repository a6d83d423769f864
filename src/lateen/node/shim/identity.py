"""Which user a container runs as and what it may do.

Containers get the capabilities that container engines grant by default, plus and minus what the pod asks for. What a
user other than root is to be given explicitly is made ambient, so that the program really has it.
"""

from __future__ import annotations

import os

from lateen.node.shim import linux

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lateen.node.shim.spec import ContainerSpec

_NAMES = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
]
_DEFAULT = [
    "CHOWN",
    "DAC_OVERRIDE",
    "FSETID",
    "FOWNER",
    "MKNOD",
    "NET_RAW",
    "SETGID",
    "SETUID",
    "SETFCAP",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "SYS_CHROOT",
    "KILL",
    "AUDIT_WRITE",
]


def granted(container: ContainerSpec) -> set[int]:
    """The capability numbers that anything in the container can have; unknown names grant nothing."""
    everything = set(range(len(_NAMES)))
    if container["privileged"] or "ALL" in container["capabilities"]:
        return everything - _numbers(container["drop_capabilities"])
    start = set() if "ALL" in container["drop_capabilities"] else _numbers(_DEFAULT)
    return (start - _numbers(container["drop_capabilities"])) | _numbers(container["capabilities"])


def assume(container: ContainerSpec) -> None:
    """Become the container's user with no more than the granted capabilities."""
    allowed = granted(container)
    for capability in range(64):
        if capability not in allowed:
            linux.drop_bounding(capability)
    uid, gid = container["uid"], container["gid"]
    os.setgroups(container["groups"])
    os.setresgid(gid, gid, gid)
    if uid == 0:
        linux.set_capabilities(_mask(allowed), 0)
        return
    ambient = _numbers(container["capabilities"]) & allowed
    linux.keep_capabilities()
    os.setresuid(uid, uid, uid)
    linux.set_capabilities(_mask(ambient), _mask(ambient))
    for capability in ambient:
        linux.raise_ambient(capability)


def _numbers(names: list[str]) -> set[int]:
    short = {name.upper().removeprefix("CAP_") for name in names}
    return {index for index, name in enumerate(_NAMES) if name in short}


def _mask(capabilities: set[int]) -> int:
    return sum(1 << capability for capability in capabilities)
