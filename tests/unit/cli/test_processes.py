from contextlib import ExitStack
from pathlib import Path

from lateen.cli.processes import NAMES, trouble
from lateen.client.paths import NODE, SUPERVISOR, MeshPaths
from lateen.lib.pid_file import PidFile


def said(tmp_path: Path, *dead: str) -> str:
    paths = MeshPaths("one", tmp_path / "state", tmp_path / "run")
    with ExitStack() as stack:
        for process in NAMES.keys() - set(dead):
            stack.enter_context(PidFile(paths.pid_file(process)).held())
        return trouble(paths)


def test_what_does_not_run_is_named_with_the_next_step(tmp_path: Path) -> None:
    assert said(tmp_path) == ""
    assert said(tmp_path, NODE) == (
        f"its node agent does not run at the moment: see {tmp_path}/state/one/logs/node.log"
    )
    assert "`lateen up --name one` starts it again" in said(tmp_path, SUPERVISOR, NODE)
