"""A pod's folder on this machine: what the shim was told, what it says, logs, volumes."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lateen.node.shim.main import LOCK, SPEC, STATE
from lateen.node.shim.spec import ShimSpec, ShimState


@dataclass(frozen=True, slots=True)
class PodFolder:
    """The folder of one incarnation of a pod, named by its uid."""

    path: Path

    @property
    def uid(self) -> str:
        """The pod's uid."""
        return self.path.name

    def logs(self, container: str) -> Path:
        """Where a container's log files are, one per incarnation: `<restarts>.log`."""
        return self.path / "log" / container

    def volume(self, name: str) -> Path:
        """Where a volume's files are."""
        return self.path / "volumes" / name

    def make(self) -> None:
        """Make the folder, for root alone."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write_spec(self, spec: ShimSpec) -> None:
        """Write what the shim is to run, all or nothing."""
        part = self.path / (SPEC + ".part")
        part.write_text(json.dumps(spec))
        part.chmod(0o600)
        part.replace(self.path / SPEC)

    def read_spec(self) -> ShimSpec | None:
        """What the shim was told; None when it never was."""
        spec: ShimSpec | None = _read(self.path / SPEC)
        return spec

    def read_state(self) -> ShimState | None:
        """What the shim said last; None when it hasn't said anything."""
        state: ShimState | None = _read(self.path / STATE)
        return state

    def shim_lives(self) -> bool:
        """Whether a shim works on this folder now."""
        try:
            fd = os.open(self.path / LOCK, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    def shim_pid(self) -> int:
        """The process id of the shim that was started last; 0 before there was one."""
        try:
            return int((self.path / LOCK).read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def remove(self) -> None:
        """Remove the folder and everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def pod_folders(pods: Path) -> Iterator[PodFolder]:
    """The folders of all pods this machine knows of."""
    if pods.is_dir():
        yield from (PodFolder(entry) for entry in sorted(pods.iterdir()) if entry.is_dir())


def _read(path: Path):  # type: ignore[no-untyped-def]  # the caller names the document's type
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
