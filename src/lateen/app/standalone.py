"""One machine's mesh: a supervisor with two children, the control plane and the node agent.

`python -m lateen.app.standalone MESH` runs until SIGTERM. Either child may die and is started again; pods belong to
neither, so traffic goes on meanwhile.
"""

import asyncio
import logging
import sys

from lateen.app.children import Child, Program
from lateen.app.stopping import stop_event
from lateen.client.paths import MeshPaths
from lateen.lib.clock import SystemClock
from lateen.lib.pid_file import AlreadyRunningError, PidFile
from lateen.lib.tasks import TaskGroup
from lateen.node.network.mesh_network import MeshNetwork
from lateen.telemetry.logs import setup_logging

log = logging.getLogger(__name__)

SUPERVISOR = "supervisor"
CONTROL_PLANE = "controlplane"
NODE = "node"


async def run(paths: MeshPaths) -> None:
    """Keep the mesh's processes running until SIGTERM or SIGINT."""
    MeshNetwork(paths.name, paths.state).ensure()
    clock = SystemClock()
    async with TaskGroup() as tasks:
        for name in (CONTROL_PLANE, NODE):
            tasks.start(Child(program(paths, name), clock).run(), name=name)
        await stop_event().wait()


def program(paths: MeshPaths, name: str) -> Program:
    """How to run one of the mesh's processes."""
    return Program(
        name=name,
        argv=(sys.executable, "-m", f"lateen.app.{name}", paths.name),
        log=paths.logs / f"{name}.log",
        pid_file=paths.pid_file(name),
    )


def supervisor(paths: MeshPaths) -> PidFile:
    """The file that the mesh's supervisor holds while it runs."""
    return PidFile(paths.pid_file(SUPERVISOR))


def main() -> None:
    """Entry point; the only argument is the mesh's name."""
    paths = MeshPaths(sys.argv[1])
    setup_logging()
    try:
        with supervisor(paths).held():
            asyncio.run(run(paths))
    except AlreadyRunningError:
        log.error("mesh %s runs already", paths.name)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
