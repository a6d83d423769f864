"""The Linux calls that Python 3.11 lacks: namespaces, mounts, capabilities. Each raises OSError naming the call."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE, MS_SLAVE = 4096, 16384, 1 << 18, 1 << 19
MNT_DETACH = 2

_PR_CAPBSET_DROP, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 24, 8, 47, 2
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> int:
    result: int = getattr(_libc, name)(*arguments)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces in `flags` for new ones."""
    _call("unshare", flags)


def setns(path: str, kind: int) -> None:
    """Enter the namespace behind the file `path`, which must be of `kind` (CLONE_NEW...)."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _call("setns", fd, kind)
    finally:
        os.close(fd)


def mount(source: str, target: str, kind: str | None, flags: int = 0, options: str = "") -> None:
    """Mount `source` at `target`; an error names the target."""
    data = options.encode() if options else None
    try:
        _call("mount", source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), data)
    except OSError as error:
        raise OSError(error.errno, f"mount {kind or source} at {target}: {os.strerror(error.errno or 0)}") from None


def unmount(target: str) -> None:
    """Detach what is mounted at `target`, at once even when it is in use."""
    _call("umount2", target.encode(), MNT_DETACH)


def pivot_root(new_root: str, put_old: str) -> None:
    """Make the mount `new_root` this mount namespace's root and move the old root to `put_old` below it."""
    _call("pivot_root", new_root.encode(), put_old.encode())


def sethostname(name: str) -> None:
    """Set the host name of the current UTS namespace."""
    encoded = name.encode()
    _call("sethostname", encoded, len(encoded))


def drop_bounding(capability: int) -> None:
    """Make sure that nothing started from here can ever gain `capability`; unknown ones are ignored."""
    try:
        _call("prctl", _PR_CAPBSET_DROP, capability, 0, 0, 0)
    except OSError as error:
        if error.errno != 22:
            raise


def keep_capabilities() -> None:
    """Keep the permitted capabilities over the coming change of user id."""
    _call("prctl", _PR_SET_KEEPCAPS, 1, 0, 0, 0)


def raise_ambient(capability: int) -> None:
    """Hand `capability` on to programs without file capabilities."""
    _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityWord(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def set_capabilities(permitted: int, inheritable: int) -> None:
    """Set this thread's capability sets from bit masks; effective becomes `permitted`."""
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    words = (_CapabilityWord * 2)()
    for index in range(2):
        shift = 32 * index
        words[index].effective = words[index].permitted = (permitted >> shift) & 0xFFFFFFFF
        words[index].inheritable = (inheritable >> shift) & 0xFFFFFFFF
    _call("capset", ctypes.byref(header), words)
