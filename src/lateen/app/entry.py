"""How each process of a mesh begins and ends."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine

from lateen.app.record import MeshRecord, RecordError, read_record
from lateen.app.stopping import PartFailedError
from lateen.client.paths import MeshPaths
from lateen.lib.pid_file import AlreadyRunningError, PidFile
from lateen.telemetry.logs import setup_logging

log = logging.getLogger(__name__)

HOPELESS = os.EX_CONFIG
"""The exit status of a process that would end again however often it is started."""


Run = Callable[[MeshPaths, MeshRecord], Coroutine[object, object, None]]


class HopelessError(Exception):
    """Only the user can mend it; the message says how."""


def own_group(mesh: str) -> str:
    """The control group of the mesh's own processes: `lateen down` finds them by it even without their pid files."""
    return f"lateen-{mesh}.own"


def enter(name: str, run: Run) -> None:
    """Be the process `name` of the mesh in `sys.argv[1]` until `run` ends. A mesh has each process once.

    Exits with status 1 after a failure, HOPELESS when starting again can't help.
    """
    setup_logging()
    paths = MeshPaths(sys.argv[1])
    try:
        record = read_record(paths)
        if record is None:
            raise HopelessError(f"there is no mesh {paths.name!r} on this machine: start one with `lateen up`")
        with PidFile(paths.pid_file(name)).held():
            asyncio.run(run(paths, record))
    except AlreadyRunningError:
        log.error("an earlier %s of mesh %s has not ended yet", name, paths.name)
        raise SystemExit(1) from None
    except PartFailedError as failure:
        log.error("%s", failure)
        raise SystemExit(1) from None
    except (HopelessError, RecordError) as error:
        log.error("%s", error)
        raise SystemExit(HOPELESS) from None
