"""A container's view of the file system: the machine's, writable into a folder of its own, with the pod's files in it.

Runs in the child that becomes the container, after it has left the shim's mount namespace.
"""

from __future__ import annotations

import os
import stat

from lateen.node.shim import linux

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lateen.node.shim.spec import ContainerSpec, MountSpec, ShimSpec

MACHINE_NETNS = "machine-netns"
_OLD = "/.lateen-machine"
_SPECIAL = frozenset(
    [
        "proc",
        "sysfs",
        "devtmpfs",
        "devpts",
        "mqueue",
        "cgroup",
        "cgroup2",
        "debugfs",
        "tracefs",
        "securityfs",
        "pstore",
        "bpf",
        "autofs",
        "nsfs",
        "fusectl",
        "configfs",
        "binfmt_misc",
        "hugetlbfs",
        "efivarfs",
        "tmpfs",
        "ramfs",
        "rpc_pipefs",
        "fuse.lxcfs",
    ]
)
_OWN = ("/proc", "/sys", "/dev", "/run", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf")
_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
_PRIVATE = linux.MS_REC | linux.MS_PRIVATE


class RootError(Exception):
    """The root file system can't be made as asked; the text is for the user."""


def choose_kind(folder: str) -> str:
    """Which kind of root works below `folder`: `overlay`, `overlay in memory` or `read-only`.

    Must run in a mount namespace of its own; leaves nothing mounted.
    """
    for kind in ("overlay", "overlay in memory"):
        try:
            _mount_root(kind, folder, "/")
        except OSError:
            continue
        linux.unmount(folder + "/root")
        if kind != "overlay":
            linux.unmount(folder)
        return kind
    return "read-only"


def enter(kind: str, folder: str, pod: ShimSpec, container: ContainerSpec, machine_netns: int) -> None:
    """Make the container's root in `folder` and move into it; `machine_netns` is open. Raises OSError, RootError."""
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("none", "/", None, _PRIVATE)
    others = _other_mounts(pod["hide"])
    keep = [path for path in pod["keep"] if _mount_of(path, others) is None]
    _mount_root(kind, folder, "/")
    root = folder + "/root"
    os.makedirs(root + _OLD, exist_ok=True) if kind != "read-only" else None
    old = _OLD if kind != "read-only" else "/mnt"
    linux.pivot_root(root, root + old)
    os.chdir("/")
    builder = _Builder(old, machine_netns, writable=kind != "read-only")
    builder.kernel_files()
    for path in others:
        builder.bind({"source": path, "target": path, "read_only": True})
    for path in pod["hide"]:
        builder.cover(path)
    for path in keep:
        builder.bind({"source": path, "target": path, "read_only": True})
    if container["uid"] != 0 and builder.writable:
        # Before anything of the machine is mounted writable: only the container's own layer may change.
        builder.open_paths([*pod["keep"], *(mount["target"] for mount in container["mounts"])])
    for mount in sorted((*pod["mounts"], *container["mounts"]), key=lambda m: m["target"].count("/")):
        builder.bind(mount)
    linux.unmount(old)
    if builder.writable:
        os.rmdir(old)
    if container["read_only_root"]:
        linux.mount("none", "/", None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY)


def _mount_root(kind: str, folder: str, lower: str) -> None:
    if kind == "read-only":
        os.makedirs(folder + "/root", exist_ok=True)
        linux.mount(lower, folder + "/root", None, linux.MS_BIND)
        linux.mount("none", folder + "/root", None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY)
        return
    if kind == "overlay in memory":
        os.makedirs(folder, exist_ok=True)
        linux.mount("tmpfs", folder, "tmpfs", 0, "mode=755")
    for name in ("upper", "work", "root"):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    # The upper folder becomes the root folder, and users other than root must get through it.
    os.chmod(folder + "/upper", 0o755)  # noqa: S103
    quoted = folder.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")
    options = f"lowerdir={lower},upperdir={quoted}/upper,workdir={quoted}/work"
    try:
        # volatile: a container's own files needn't survive a crash, and syncing them would delay its end.
        linux.mount("overlay", folder + "/root", "overlay", 0, options + ",volatile")
    except OSError:
        linux.mount("overlay", folder + "/root", "overlay", 0, options)


def _other_mounts(hide: list[str]) -> list[str]:
    """Mount points besides the root that containers should see, outermost first."""
    found: dict[str, None] = {}
    with open("/proc/self/mountinfo") as table:
        for line in table:
            left, _, right = line.partition(" - ")
            point = left.split()[4].encode().decode("unicode_escape")
            if right.split()[0] in _SPECIAL or point == "/" or _below(point, (*_OWN, *hide)):
                continue
            found[point] = None
    return sorted(found, key=lambda point: point.count("/"))


def _mount_of(path: str, others: list[str]) -> str | None:
    """Which of the visible mounts holds `path`; None when a bind mount of its own is needed."""
    device = os.stat(path).st_dev
    visible = [point for point in ("/", *others) if _below(path, (point,)) and os.stat(point).st_dev == device]
    return max(visible, key=len, default=None)


def _below(path: str, folders: tuple[str, ...]) -> bool:
    return any(folder in ("/", path) or path.startswith(folder + "/") for folder in folders)


class _Builder:
    """Works inside the new root, with the machine's files below `old`."""

    def __init__(self, old: str, netns: int, *, writable: bool) -> None:
        self._old = old
        self._netns = netns
        self.writable = writable

    def kernel_files(self) -> None:
        """/proc of the pod's PID namespace, /sys of its network namespace, a small /dev, fresh /run and /dev/shm."""
        flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
        linux.mount("proc", "/proc", "proc", flags)
        linux.mount("sysfs", "/sys", "sysfs", flags | linux.MS_RDONLY)
        linux.mount("tmpfs", "/dev", "tmpfs", linux.MS_NOSUID, "mode=755,size=64k")
        for name, (major, minor) in _DEVICES.items():
            self._device(name, os.makedev(major, minor))
        for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            os.symlink("/proc/self/fd" + target, "/dev/" + name)
        os.symlink("pts/ptmx", "/dev/ptmx")
        os.mkdir("/dev/pts")
        linux.mount(
            "devpts", "/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, "newinstance,mode=620,ptmxmode=666"
        )
        os.mkdir("/dev/shm")  # noqa: S108 - the usual name, and a new one
        linux.mount("tmpfs", "/dev/shm", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=1777,size=64m")  # noqa: S108
        linux.mount("tmpfs", "/run", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=755")
        if not self.writable:
            linux.mount("tmpfs", "/tmp", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=1777")  # noqa: S108

    def _device(self, name: str, device: int) -> None:
        path = "/dev/" + name
        try:
            os.mknod(path, stat.S_IFCHR | 0o666, device)
            os.chmod(path, 0o666)  # noqa: S103 - what every machine has; mknod obeys the umask
        except PermissionError:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
            linux.mount(self._old + path, path, None, linux.MS_BIND)

    def cover(self, path: str) -> None:
        """Hide what is below `path`, if it exists."""
        if os.path.isdir(path):
            linux.mount("tmpfs", path, "tmpfs", linux.MS_NOSUID, "mode=755,size=1m")

    def bind(self, mount: MountSpec) -> None:
        """Show `source` of the machine at `target`, which is made when it is missing."""
        source = self._old + mount["source"]
        if mount["source"] == MACHINE_NETNS:
            source = f"/proc/self/fd/{self._netns}"
        if not os.path.exists(source):
            raise RootError(f"{mount['source']}: no such file or folder on this machine")
        target = self._target(mount["target"], folder=os.path.isdir(source))
        linux.mount(source, target, None, linux.MS_BIND | linux.MS_REC)
        if mount["read_only"]:
            linux.mount("none", target, None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | _locked(target))

    def _target(self, path: str, *, folder: bool) -> str:
        real = os.path.realpath(path)
        if os.path.islink(path) and not os.path.exists(real) and self.writable:
            os.unlink(path)  # /etc/resolv.conf often points into /run, which is empty here
            real = path
        if os.path.exists(real):
            return real
        try:
            os.makedirs(real if folder else os.path.dirname(real), exist_ok=True)
            if not folder:
                os.close(os.open(real, os.O_CREAT | os.O_WRONLY, 0o644))
        except OSError as error:
            reason = f"mount path {path} doesn't exist on this machine and can't be made: {error.strerror}"
            raise RootError(reason) from None
        return real

    def open_paths(self, paths: list[str]) -> None:
        """Let users other than root reach `paths` although the machine keeps a folder on the way (/root) to itself.

        Changes the container's own layer only.
        """
        for path in paths:
            parts = path.split("/")[1:]
            for depth in range(1, len(parts)):
                folder = "/" + "/".join(parts[:depth])
                if not os.path.isdir(folder):
                    break
                mode = stat.S_IMODE(os.stat(folder).st_mode)
                if not mode & 0o001:
                    _try_chmod(folder, mode | 0o011)


def _try_chmod(path: str, mode: int) -> None:
    try:
        os.chmod(path, mode)
    except OSError:
        return  # a read-only mount: the start of the program will say what is missing


def _locked(target: str) -> int:
    """The mount flags that a remount must repeat."""
    flags = os.statvfs(target).f_flag
    return flags & (linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
