"""Starting and stopping the mesh of this machine; what `lateen up` and `lateen down` do."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from lateen.api.meta import JsonObject
from lateen.app.node import DNS, dns_process
from lateen.app.record import MeshRecord, read_record, write_record
from lateen.app.standalone import CONTROL_PLANE, NODE, SUPERVISOR, supervisor
from lateen.client.access import AccessError
from lateen.client.error import ApiError
from lateen.client.kubeconfig import read_access
from lateen.client.paths import MeshPaths
from lateen.client.sync import SyncClient
from lateen.lib.pid_file import PidFile
from lateen.node.cleanup import remove_all_pods
from lateen.node.network.cleanup import remove_mesh_network
from lateen.node.network.mesh_network import MeshNetwork

FIRST_API_PORT = 16_443
POLL_SECONDS = 0.05
STOP_SECONDS = 20.0
LOG_LINES = 15


class LifecycleError(Exception):
    """The mesh could not be started or stopped; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """How to start a mesh. What is empty stays as it was at the last start, or gets its default."""

    profile: str = ""
    mesh_config: JsonObject | None = None
    images: str = ""


def start(paths: MeshPaths, options: StartOptions) -> bool:
    """Start the mesh's processes and return when its API answers; False when it ran already. Raises LifecycleError."""
    require_root()
    if supervisor(paths).holder():
        return False
    paths.logs.mkdir(parents=True, exist_ok=True)
    paths.run.mkdir(parents=True, exist_ok=True)
    write_record(paths, _record(paths, options))
    process = _spawn(paths)
    _wait(lambda: _answers(paths), 30.0, lambda: _died(paths, process))
    return True


def stop(paths: MeshPaths, *, purge: bool = False) -> list[str]:
    """Stop the mesh and remove all it made; with `purge`, its state folder too. Returns what was removed.

    Works as well when the mesh crashed, or was never there. Raises LifecycleError.
    """
    require_root()
    found = _stop_processes(paths) + remove_all_pods(paths.name, paths.pods) + remove_mesh_network(paths.name)
    shutil.rmtree(paths.run, ignore_errors=True)
    _remove_if_empty(paths.run_root)
    if purge:
        shutil.rmtree(paths.state, ignore_errors=True)
        _remove_if_empty(paths.state_root)
    return found


def _stop_processes(paths: MeshPaths) -> list[str]:
    stopped = []
    if supervisor(paths).signal(signal.SIGTERM):
        _wait(lambda: supervisor(paths).holder() is None, STOP_SECONDS, lambda: "")
        stopped.append(SUPERVISOR)
    network = MeshNetwork(paths.name, paths.state)
    if PidFile(paths.pid_file(DNS)).holder() and dns_process(paths, network, network.plan()).stop():
        stopped.append(DNS)
    return stopped


def require_root() -> None:
    """Raises LifecycleError for anybody else."""
    if os.geteuid() != 0:
        raise LifecycleError("a mesh needs root, for network namespaces and nftables: try `sudo lateen up`")


def log_tail(paths: MeshPaths) -> str:
    """The last lines that the mesh's own processes logged."""
    lines: list[str] = []
    for name in (SUPERVISOR, CONTROL_PLANE, NODE):
        file = paths.logs / f"{name}.log"
        if file.exists():
            lines += [f"{name}: {line}" for line in file.read_text(errors="replace").splitlines()[-LOG_LINES:]]
    return "\n".join(lines)


def _record(paths: MeshPaths, options: StartOptions) -> MeshRecord:
    before = read_record(paths)
    config = options.mesh_config if options.mesh_config is not None else (before.mesh_config if before else {})
    return MeshRecord(
        name=paths.name,
        profile=options.profile or (before.profile if before else "demo"),
        node_name=socket.gethostname().split(".")[0].lower(),
        api_port=_free_port(before.api_port if before else FIRST_API_PORT),
        mesh_config=config,
        images=options.images or (before.images if before else ""),
    )


def _free_port(preferred: int) -> int:
    port: int
    for port in (preferred, *range(FIRST_API_PORT, FIRST_API_PORT + 200)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise LifecycleError(f"no port from {FIRST_API_PORT} on is free for the REST API: see `ss -tln`")


def _spawn(paths: MeshPaths) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "lateen.app.standalone", paths.name]
    with (paths.logs / f"{SUPERVISOR}.log").open("ab") as output:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/"
        )


def _answers(paths: MeshPaths) -> bool:
    try:
        with SyncClient(read_access(paths.kubeconfig), timeout=2.0) as client:
            return client.text("/readyz") == "ok"
    except (AccessError, ApiError):
        return False


def _died(paths: MeshPaths, process: subprocess.Popen[bytes]) -> str:
    if process.poll() is None:
        return ""
    return f"the mesh's supervisor ended at once:\n{log_tail(paths)}"


def _wait(done: Callable[[], bool], seconds: float, failed: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if reason := failed():
            raise LifecycleError(reason)
        if time.monotonic() > deadline:
            raise LifecycleError(f"nothing happened for {seconds:.0f} s: see the logs in the mesh's state folder")
        time.sleep(POLL_SECONDS)


def _remove_if_empty(folder: os.PathLike[str]) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        return
