"""What a mesh has on this machine, found without the mesh's own code."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def leftovers(mesh: str) -> list[str]:
    """Processes, namespaces, links, routes, nft tables, control groups, mounts and files of the mesh."""
    return [
        *_processes(mesh),
        *(f"namespace {path}" for path in Path("/run/netns").glob(f"lateen-{mesh}*")),
        *(f"link {path.name}" for path in Path("/sys/class/net").glob(f"*{mesh}*")),
        *(f"route {line}" for line in _lines("ip", "route", "show", "table", "all") if mesh in line),
        *(f"nft {line}" for line in _lines("nft", "list", "tables") if mesh in line),
        *(f"control group {path}" for path in control_groups(mesh)),
        *(f"mount {line}" for line in Path("/proc/self/mountinfo").read_text().splitlines() if mesh in line),
        *(f"files {path}" for root in ("/run/lateen", "/var/lib/lateen") if (path := Path(root, mesh)).exists()),
    ]


def control_groups(mesh: str) -> list[Path]:
    """The mesh's groups: in cgroup v2, and in each hierarchy where the machine has several."""
    roots = [CGROUPS, *(path for path in CGROUPS.iterdir() if (path / "cgroup.procs").exists())]
    return sorted({path for root in roots for path in root.glob(f"lateen-{mesh}*")})


def pids_of(mesh: str) -> dict[int, str]:
    """The mesh's processes by id, found by their control group and their command line."""
    return {int(entry.name): words for entry in _process_folders() if (words := _belongs(entry, mesh))}


def _processes(mesh: str) -> list[str]:
    return [f"process {pid}: {words}" for pid, words in pids_of(mesh).items()]


def _process_folders() -> Iterator[Path]:
    own = {os.getpid(), os.getppid()}
    return (entry for entry in Path("/proc").iterdir() if entry.name.isdigit() and int(entry.name) not in own)


def _belongs(entry: Path, mesh: str) -> str:
    with suppress(OSError):
        words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        group = (entry / "cgroup").read_text()
        state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            return ""  # dead, and waiting for the machine's first process to take note
        if f"/lateen-{mesh}" in group or mesh in words.split() or f"/lateen/{mesh}" in words:
            return words or (entry / "comm").read_text()
    return ""


def _lines(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
