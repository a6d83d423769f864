"""One machine's mesh: a supervisor with two children, the control plane and the node agent.

`python -m lateen.app.standalone MESH` runs until SIGTERM. Either child may die and is started again; pods belong to
neither, so traffic goes on meanwhile.
"""

import sys

from lateen.app.children import Child, Program
from lateen.app.entry import HOPELESS, HopelessError, enter, own_group
from lateen.app.log_files import keep_short
from lateen.app.record import MeshRecord
from lateen.app.stopping import Stop
from lateen.client.paths import CONTROL_PLANE, DNS, NODE, SUPERVISOR, MeshPaths
from lateen.lib.clock import SystemClock
from lateen.lib.tasks import TaskGroup
from lateen.node.network.mesh_network import MeshNetwork, NoFreeRangeError
from lateen.node.shim import cgroup

CHILDREN = (CONTROL_PLANE, NODE)


async def run(paths: MeshPaths, record: MeshRecord) -> None:
    """Keep the mesh's processes running until SIGTERM or SIGINT."""
    stop = Stop()
    if cgroup.create(own_group(paths.name)):  # the name server is in it too, and whatever else comes from here
        cgroup.join(own_group(paths.name))
    try:
        MeshNetwork(paths.name, paths.state).ensure()
    except NoFreeRangeError as error:
        raise HopelessError(str(error)) from None
    clock = SystemClock()
    async with TaskGroup(stop.failed) as tasks:
        for name in CHILDREN:
            tasks.start(Child(program(paths, name), clock).run(), name=name)
        logs = [paths.log_file(name) for name in (SUPERVISOR, *CHILDREN, DNS)]
        tasks.start(keep_short(logs, clock), name="log files")
        await stop.wait()


def program(paths: MeshPaths, name: str) -> Program:
    """How to run one of the mesh's processes."""
    return Program(
        name=name,
        argv=(sys.executable, "-m", f"lateen.app.{name}", paths.name),
        log=paths.log_file(name),
        hopeless=HOPELESS,
    )


if __name__ == "__main__":
    enter(SUPERVISOR, run)
