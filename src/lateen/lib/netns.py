"""Network namespaces with a name, as `ip netns` shows them."""

import ctypes
import errno
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

NETNS_DIRECTORY = Path("/run/netns")

_CLONE_NEWNET = 0x40000000
_MS_BIND = 4096
_MS_REC = 16384
_MS_SHARED = 1 << 20
_MNT_DETACH = 2
_THREAD_NETNS = "/proc/thread-self/ns/net"

T = TypeVar("T")


def netns_path(name: str) -> Path:
    """The file that stands for the namespace."""
    return NETNS_DIRECTORY / name


def netns_names(prefix: str = "") -> list[str]:
    """The names of all namespaces that start with `prefix`, sorted."""
    try:
        return sorted(name for name in os.listdir(NETNS_DIRECTORY) if name.startswith(prefix))
    except FileNotFoundError:
        return []


def create_netns(name: str, setup: Callable[[], T]) -> T:
    """Make the namespace and run `setup` inside it; raises FileExistsError when the name is taken."""
    path = netns_path(name)
    _create_file(path)

    def make() -> T:
        _call("unshare", _CLONE_NEWNET)
        _call("mount", _THREAD_NETNS.encode(), str(path).encode(), None, _MS_BIND, None)
        return setup()

    try:
        return _in_own_thread(make)
    except BaseException:
        delete_netns(name)
        raise


def _create_file(path: Path) -> None:
    for last in (False, False, True):
        prepare_directory()
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0))
        except FileNotFoundError:  # Somebody retired the empty directory a moment ago.
            if last:
                raise
        else:
            return


def run_inside(path: Path, action: Callable[[], T]) -> T:
    """Run `action` with the namespace at `path`, in a thread of its own that ends afterwards.

    Sockets that `action` opens and processes that it starts stay in that namespace.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def enter() -> T:
        _call("setns", descriptor, _CLONE_NEWNET)
        return action()

    try:
        return _in_own_thread(enter)
    finally:
        os.close(descriptor)


def delete_netns(name: str) -> None:
    """Forget the name; the namespace itself goes when nothing runs in it any more. Absent names are fine."""
    path = netns_path(name)
    for _ in range(16):  # A recursive bind of the directory leaves one mount below the other.
        try:
            _call("umount2", str(path).encode(), _MNT_DETACH)
        except OSError as failure:
            if failure.errno not in (errno.EINVAL, errno.ENOENT):
                raise
            break
    path.unlink(missing_ok=True)


def netns_inode(path: Path) -> int:
    """What tells one namespace from another: equal for two paths exactly when they lead to the same namespace."""
    return os.stat(path).st_ino


def is_netns(path: Path) -> bool:
    """Whether the file really stands for a namespace: after a crash half-way it may be an empty file."""
    try:
        return os.stat(path).st_dev == os.stat(_THREAD_NETNS).st_dev
    except FileNotFoundError:
        return False


def prepare_directory() -> None:
    """Make the directory a shared mount of its own, exactly as `ip netns add` does.

    Without it a mount namespace that somebody made earlier would keep deleted namespaces alive.
    """
    NETNS_DIRECTORY.mkdir(mode=0o755, parents=True, exist_ok=True)
    directory = str(NETNS_DIRECTORY).encode()
    try:
        _call("mount", b"", directory, b"none", _MS_SHARED | _MS_REC, None)
    except OSError as failure:
        if failure.errno != errno.EINVAL:
            raise
        _call("mount", directory, directory, b"none", _MS_BIND | _MS_REC, None)
        _call("mount", b"", directory, b"none", _MS_SHARED | _MS_REC, None)


def retire_directory() -> bool:
    """Undo `prepare_directory` if no namespace is left; says whether it did."""
    if netns_names():
        return False
    try:
        _call("umount2", str(NETNS_DIRECTORY).encode(), 0)
        NETNS_DIRECTORY.rmdir()
    except OSError:
        return False
    return True


def _in_own_thread(action: Callable[[], T]) -> T:
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(action())
        except BaseException as failure:
            outcome.set_exception(failure)

    thread = threading.Thread(target=run, name="netns", daemon=True)
    thread.start()
    thread.join()
    return outcome.result()


_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)


def _call(function: str, *arguments: object) -> None:
    if getattr(_libc, function)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")
