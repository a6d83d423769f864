import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lateen.lib.pid_file import AlreadyRunningError, Holder, PidFile

HOLD = """
import sys
from pathlib import Path
from lateen.lib.pid_file import PidFile
with PidFile(Path(sys.argv[1])).held("a note"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_held_file_names_its_process(tmp_path: Path) -> None:
    file = PidFile(tmp_path / "run" / "x.pid")
    with file.held("place"):
        assert file.holder() == Holder(os.getpid(), "place")
        with pytest.raises(AlreadyRunningError), PidFile(file.path).held():
            pass
    assert file.holder() is None
    assert not file.path.exists()


def test_the_lock_goes_with_the_process_however_it_ends(tmp_path: Path) -> None:
    file = PidFile(tmp_path / "x.pid")
    command = [sys.executable, "-c", HOLD, str(file.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert file.holder() == Holder(process.pid, "a note")
        assert file.signal(signal.SIGKILL)
        process.wait()
    assert file.path.exists()
    assert file.holder() is None
    assert not file.signal(signal.SIGTERM)
    with file.held():
        assert file.holder() is not None
