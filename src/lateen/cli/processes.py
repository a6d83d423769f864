"""Which of a mesh's own processes run."""

from lateen.client.paths import CONTROL_PLANE, DNS, NODE, SUPERVISOR, MeshPaths
from lateen.lib.pid_file import PidFile

NAMES = {
    SUPERVISOR: "supervisor",
    CONTROL_PLANE: "control plane",
    NODE: "node agent",
    DNS: "name server",
}


def missing_processes(paths: MeshPaths) -> list[str]:
    """Those that should run and don't; none for a user who may not know."""
    try:
        return [process for process in NAMES if PidFile(paths.pid_file(process)).holder() is None]
    except PermissionError:
        return []


def trouble(paths: MeshPaths) -> str:
    """What is wrong with the mesh's own processes and what to do, "" when all run."""
    missing = missing_processes(paths)
    if not missing:
        return ""
    if SUPERVISOR in missing:
        return f"its supervisor has ended: `lateen up --name {paths.name}` starts it again; pods go on meanwhile"
    names = " and ".join(NAMES[process] for process in missing)
    logs = ", ".join(str(paths.log_file(process)) for process in missing)
    return f"its {names} {'does' if len(missing) == 1 else 'do'} not run at the moment: see {logs}"
