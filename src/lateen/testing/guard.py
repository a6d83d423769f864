"""A process that takes a test's mesh down when the test run dies before it can: killed or crashed.

`python -m lateen.testing.guard MESH` waits for the end of its standard input. If that does not say that the mesh is
down already, the test run is gone, and the guard takes the mesh down.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

DOWN = b"down"


@contextmanager
def guarded(mesh: str) -> Iterator[None]:
    """Whatever ends the block or this process: the mesh is down afterwards, by the block itself if it ends well."""
    argv = [sys.executable, "-P", "-m", __name__, mesh]
    guard = subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True, cwd="/")
    report = b""
    try:
        yield
        report = DOWN
    finally:
        guard.communicate(report)


def main() -> None:
    """Entry point; the only argument is the mesh's name."""
    if sys.stdin.buffer.read() == DOWN:
        return
    # Only now: a guard that is not needed costs next to nothing.
    from lateen.app.lifecycle import stop  # noqa: PLC0415
    from lateen.client.paths import MeshPaths  # noqa: PLC0415

    stop(MeshPaths(sys.argv[1]), purge=True)


if __name__ == "__main__":
    main()
