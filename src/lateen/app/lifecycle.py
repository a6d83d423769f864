"""Starting and stopping the mesh of this machine; what `lateen up` and `lateen down` do."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from lateen.api.meta import JsonObject
from lateen.app.entry import own_group
from lateen.app.node import dns_process
from lateen.app.profiles import PROFILES, profile_named
from lateen.app.record import MeshRecord, RecordError, others_ports, read_record, records_locked, write_record
from lateen.app.waiting import POLL_SECONDS, LifecycleError, LogTail, wait_until
from lateen.client.access import AccessError
from lateen.client.error import ApiError
from lateen.client.kubeconfig import read_access
from lateen.client.paths import CONTROL_PLANE, DNS, NODE, SUPERVISOR, MeshPaths
from lateen.client.sync import SyncClient
from lateen.lib.pid_file import AlreadyRunningError, PidFile
from lateen.node.cleanup import remove_all_pods
from lateen.node.network.cleanup import remove_mesh_network
from lateen.node.network.mesh_network import MeshNetwork
from lateen.node.network.names import check_mesh_name
from lateen.node.network.nftables import NftablesMissingError, check_nftables
from lateen.node.shim import cgroup

FIRST_API_PORT = 16_443
START_SECONDS = 30.0
STOP_SECONDS = 20.0
OTHER_COMMAND_SECONDS = 60.0
ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOptions:
    """How to start a mesh. What is empty stays as it was at the last start, or gets its default."""

    profile: str = ""
    mesh_config: JsonObject | None = None
    images: str = ""


def start(paths: MeshPaths, options: StartOptions) -> bool:
    """Start the mesh's processes and return when its API answers and its node has looked at its pods.

    False when it ran already, whose options then stay as they are. Raises LifecycleError.
    """
    require_root()
    _check(paths.name)
    with _only_command(paths):
        if supervisor(paths).holder():
            wait_until(lambda: _answers(paths), START_SECONDS, LogTail(paths))
            return False
        with records_locked(paths):
            record = next_record(paths, options)
            write_record(paths, record)
        _start(paths)
    return True


def _start(paths: MeshPaths) -> None:
    _end_processes(paths)
    paths.logs.mkdir(parents=True, exist_ok=True)
    paths.run.mkdir(parents=True, exist_ok=True)
    # It may name a port that is somebody else's by now: whoever wants to reach the API must wait for the new one.
    paths.kubeconfig.unlink(missing_ok=True)
    tail = LogTail(paths)
    process = _spawn(paths)
    wait_until(lambda: _answers(paths), START_SECONDS, tail, process)
    wait_until(lambda: _node_has_reported(paths), START_SECONDS, tail, process)


def stop(paths: MeshPaths, *, purge: bool = False) -> list[str]:
    """Stop the mesh and remove all it made; with `purge`, its state folder too. Returns what was removed.

    Works as well when the mesh crashed, or was never there. Raises LifecycleError.
    """
    require_root()
    with _only_command(paths):
        found = _end_processes(paths) + _end_name_server(paths)
        # What still runs has lost its pid file to somebody.
        found += [f"process {pid}" for pid in cgroup.pids(own_group(paths.name))]
        cgroup.kill(own_group(paths.name))
        cgroup.remove(own_group(paths.name))
        found += remove_all_pods(paths.name, paths.pods) + remove_mesh_network(paths.name)
        shutil.rmtree(paths.run, ignore_errors=True)
        if purge:
            shutil.rmtree(paths.state, ignore_errors=True)
            _remove_if_empty(paths.state_root)
    _remove_if_empty(paths.run_root)
    return found


def supervisor(paths: MeshPaths) -> PidFile:
    """The file that the mesh's supervisor holds while it runs."""
    return PidFile(paths.pid_file(SUPERVISOR))


def _check(name: str) -> None:
    if (wrong := check_mesh_name(name)) is not None:
        raise LifecycleError(wrong)
    try:
        check_nftables()
    except NftablesMissingError as error:
        raise LifecycleError(str(error)) from None


def require_root() -> None:
    """Raises LifecycleError for anybody else."""
    if os.geteuid() != 0:
        raise LifecycleError("a mesh needs root, for network namespaces and nftables: run the command with sudo")


@contextmanager
def _only_command(paths: MeshPaths) -> Iterator[None]:
    """Two commands that start or stop one mesh take turns."""
    lock, deadline = PidFile(paths.lock), time.monotonic() + OTHER_COMMAND_SECONDS
    while True:
        try:
            with lock.held():
                yield
            return
        except AlreadyRunningError:
            if time.monotonic() > deadline:
                raise LifecycleError(
                    f"another `lateen up` or `lateen down` works on mesh {paths.name}: process {_pid(lock)}"
                ) from None


def _pid(file: PidFile) -> str:
    holder = file.holder()
    return str(holder.pid) if holder else "unknown"


def _end_processes(paths: MeshPaths) -> list[str]:
    """End those that a start brings back, the supervisor first: it would start the others again."""
    return [name for name in (SUPERVISOR, CONTROL_PLANE, NODE) if _end(PidFile(paths.pid_file(name)), name)]


def _end_name_server(paths: MeshPaths) -> list[str]:
    network = MeshNetwork(paths.name, paths.state)
    running = PidFile(paths.pid_file(DNS)).holder() is not None
    return [DNS] if running and dns_process(paths, network, network.plan()).stop() else []


def _end(file: PidFile, name: str) -> bool:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not file.signal(number):
            return number is signal.SIGKILL
        deadline = time.monotonic() + STOP_SECONDS
        while file.holder() is not None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    if (holder := file.holder()) is not None:
        raise LifecycleError(f"{name}, process {holder.pid}, does not end: look what it waits for in /proc")
    return True


def next_record(paths: MeshPaths, options: StartOptions) -> MeshRecord:
    """The record for a start: what `options` leave open is as it was at the last one. Raises LifecycleError."""
    try:
        before = read_record(paths)
    except RecordError as error:
        raise LifecycleError(str(error)) from None
    if before is None:
        before = MeshRecord(name=paths.name, profile="demo", node_name=_node_name(), api_port=FIRST_API_PORT)
    profile = options.profile or before.profile
    if profile_named(profile) is None:
        raise LifecycleError(f"there is no profile {profile!r}: there are {', '.join(p.name for p in PROFILES)}")
    changed = options.mesh_config is not None
    return MeshRecord(
        name=paths.name,
        profile=profile,
        node_name=before.node_name,
        api_port=_free_port(before.api_port, others_ports(paths)),
        mesh_config=options.mesh_config if options.mesh_config is not None else before.mesh_config,
        settings=secrets.token_hex(4) if changed else before.settings,
        images=options.images or before.images,
    )


def _node_name() -> str:
    """The machine's name, as far as it can name a resource."""
    return re.sub(r"[^a-z0-9-]", "-", socket.gethostname().split(".")[0].lower()).strip("-") or "node"


def _free_port(preferred: int, taken: frozenset[int]) -> int:
    port: int
    for port in (preferred, *range(FIRST_API_PORT, FIRST_API_PORT + 200)):
        if port in taken:
            continue
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
    with paths.log_file(SUPERVISOR).open("ab") as output:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/"
        )


def _answers(paths: MeshPaths) -> bool:
    try:
        with SyncClient(read_access(paths.kubeconfig), timeout=ANSWER_SECONDS) as client:
            return client.text("/readyz") == "ok"
    except (AccessError, ApiError):
        return False


def _node_has_reported(paths: MeshPaths) -> bool:
    """Whether the agent has told the API what became of all its pods."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(paths.node_socket))
            asking = HTTPConnection("node")
            asking.sock = connection
            asking.request("GET", "/readyz")
            return asking.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False


def _remove_if_empty(folder: os.PathLike[str]) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        return
