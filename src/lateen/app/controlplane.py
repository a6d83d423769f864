"""The control plane's process: `python -m lateen.app.controlplane MESH`, until SIGTERM.

Store, controllers, REST API and xDS around one event loop. Killing it stops no traffic; started again it takes over.
"""

import asyncio
import logging
import random
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import lateen
from lateen.admin.app import Admin
from lateen.api.problem import Problem, ResourceRef
from lateen.apiserver.app import build_app
from lateen.apiserver.auth import OPEN_PATHS
from lateen.apiserver.defaults import with_defaults
from lateen.apiserver.serving import serve
from lateen.apiserver.user import User, token_table
from lateen.app.entry import HopelessError, enter
from lateen.app.record import MeshRecord
from lateen.app.seeding import seed
from lateen.app.stopping import PartFailedError, Stop
from lateen.client.access import Access
from lateen.client.kubeconfig import own_kubeconfig, write_private
from lateen.client.paths import CONTROL_PLANE, MeshPaths
from lateen.controllers.admission import SidecarAdmission
from lateen.controllers.analysis import AnalysisLoop
from lateen.controllers.deployments import DeploymentController
from lateen.controllers.endpoint_slices import EndpointSliceController
from lateen.controllers.entry_addresses import EntryAddressController
from lateen.controllers.event_expiry import EventExpiry
from lateen.controllers.garbage import GarbageController
from lateen.controllers.loop import Controller, ControllerRunner
from lateen.controllers.namespaces import NamespaceController
from lateen.controllers.node_health import NodeHealth
from lateen.controllers.scheduling import SchedulingController
from lateen.controllers.services import ServiceController
from lateen.controllers.status_writer import StatusWriter, key_of
from lateen.lib.clock import Clock, SystemClock
from lateen.lib.tasks import TaskGroup
from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.mesh_network import MeshNetwork
from lateen.pki.authority import PkiError, ServerFiles, ensure_server_files
from lateen.pki.token import ensure_token
from lateen.resolve.mesh import MeshResolver
from lateen.store.config_store import ConfigStore, Stored
from lateen.store.database import StoreFileError, UnusableStoreError
from lateen.store.sqlite import SqliteStore
from lateen.telemetry.metrics import Metrics
from lateen.xds.board import ANALYSIS, ProblemBoard
from lateen.xds.fleet import Fleet
from lateen.xds.progress import Progress
from lateen.xds.push import Pusher
from lateen.xds.quarantine_file import QuarantineFile
from lateen.xds.server import Address, XdsServer

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
LEFT_OUT = "left-out.json"
LINGER_SECONDS = 5.0
"""How long proxies keep a cluster that their routes don't name any more."""
UNJUDGED_SECONDS = 0.02
ON_TRIAL_SECONDS = 0.25
"""How soon it is asked again what is wrong with a rule: a push is quick, a trial takes several."""


@dataclass(frozen=True, slots=True)
class Xds:
    """The parts that tell proxies what to do."""

    board: ProblemBoard
    fleet: Fleet
    pusher: Pusher
    server: XdsServer


async def run(paths: MeshPaths, record: MeshRecord) -> None:
    """Serve until told to stop. Raises HopelessError when a file of the mesh can't be used."""
    try:
        await serve_mesh(paths, record)
    except (UnusableStoreError, PkiError) as error:
        raise HopelessError(str(error)) from None
    except StoreFileError as error:
        raise PartFailedError(str(error)) from None


async def serve_mesh(paths: MeshPaths, record: MeshRecord) -> None:
    """Serve until told to stop. Raises StoreFileError, PkiError, OSError for a port that is taken."""
    clock, stop = SystemClock(), Stop()
    plan = await asyncio.to_thread(MeshNetwork(paths.name, paths.state).plan)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(SqliteStore(paths.store, clock))
        await seed(store, record, plan)
        tasks = await stack.enter_async_context(TaskGroup(stop.failed))
        xds = build_xds(store, paths, clock)
        await xds.server.start()
        stack.push_async_callback(xds.server.stop)
        tasks.start(xds.pusher.run(), "xds push")
        admission = SidecarAdmission(store, with_defaults)
        analysis = AnalysisLoop(store, clock, partial(xds.board.replace, ANALYSIS))
        unjudged = partial(_unjudged, xds.pusher, analysis)
        progress = Progress(xds.fleet, xds.pusher.standings, clock)
        statuses = StatusWriter(store, clock, xds.board.problems, unjudged, progress.reach)
        runner = build_controllers(store, record, plan, clock, (admission, statuses))
        look_again = partial(_look_again, runner, statuses)
        tasks.start(runner.run(), "controllers")
        tasks.start(analysis.run(), "analysis")
        tasks.start(EventExpiry(store, clock).run(), "event expiry")
        tasks.start(NodeHealth(store, clock).run(), "node health")
        tasks.start(_follow_problems(xds.board, look_again), "status")
        tasks.start(progress.run(look_again), "progress")
        api = build_app(
            store,
            clock,
            token_table({ensure_token(paths.token): User("admin")}),
            admit=[admission.admit],
            node_socket=paths.node_socket,
            ready=partial(_missing, xds.pusher),
            routes=[route for route in Admin(xds.fleet, xds.pusher).routes() if route.path not in OPEN_PATHS],
        )
        files = ensure_server_files(paths.pki, paths.name, clock)
        port = await stack.enter_async_context(serve(api, HOST, record.api_port, files))
        _write_kubeconfig(paths, port, files)
        log.info("control plane is up", extra={"mesh": paths.name, "port": port})
        await stop.wait()


def build_xds(store: ConfigStore, paths: MeshPaths, clock: Clock) -> Xds:
    """xDS over `store`, at the mesh's socket."""
    board, resolver = ProblemBoard(), MeshResolver()
    fleet = Fleet(resolver, clock, metrics=Metrics(lateen.__version__), board=board, linger=LINGER_SECONDS)
    pusher = Pusher(store, resolver, fleet, clock, QuarantineFile(paths.state / LEFT_OUT))
    return Xds(board, fleet, pusher, XdsServer(fleet, clock, Address(paths.xds_socket)))


def build_controllers(
    store: ConfigStore,
    record: MeshRecord,
    plan: AddressPlan,
    clock: Clock,
    shared: tuple[SidecarAdmission, StatusWriter],
) -> ControllerRunner:
    """Every reconcile loop of a mesh."""
    admission, statuses = shared
    controllers: Sequence[Controller] = (
        NamespaceController(store, clock),
        DeploymentController(store, clock, admission.complete, random.SystemRandom()),
        SchedulingController(store),
        ServiceController(store, str(plan.services), record.name, _is_free_port),
        EndpointSliceController(store),
        EntryAddressController(store),
        GarbageController(store, clock),
        statuses,
    )
    return ControllerRunner(store, controllers, clock)


def _unjudged(pusher: Pusher, analysis: AnalysisLoop, stored: Stored) -> float:
    """In how many seconds it may be known what is wrong with a resource; 0 when it is."""
    if stored.revision > min(pusher.published, analysis.observed):
        return UNJUDGED_SECONDS
    return ON_TRIAL_SECONDS if pusher.is_on_trial(stored.ref) else 0.0


def _look_again(runner: ControllerRunner, statuses: StatusWriter, refs: Iterable[ResourceRef]) -> None:
    """Ask for the status of resources of which something new is known."""
    runner.look_again(statuses, (key_of(ref) for ref in refs if ref.kind in statuses.kinds))


async def _follow_problems(board: ProblemBoard, look_again: Callable[[Iterable[ResourceRef]], None]) -> None:
    before: Mapping[ResourceRef | None, tuple[Problem, ...]] = {}
    async for problems in board.changes():
        look_again(ref for ref in {*before, *problems} if ref and before.get(ref) != problems.get(ref))
        before = problems


async def _missing(pusher: Pusher) -> Mapping[str, str]:
    return {} if pusher.ready.is_set() else {"xds": "the first configuration is still being built"}


def _is_free_port(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def _write_kubeconfig(paths: MeshPaths, port: int, files: ServerFiles) -> None:
    access = Access(
        server=f"https://{HOST}:{port}",
        ca=files.authority.read_text(),
        token=ensure_token(paths.token),
        context=f"lateen-{paths.name}",
    )
    write_private(paths.kubeconfig, own_kubeconfig(access))


if __name__ == "__main__":
    enter(CONTROL_PLANE, run)
