import fcntl
import os
import signal
import subprocess
import sys
import threading
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
        assert file.path.stat().st_mode & 0o777 == 0o600
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


def test_someone_who_looks_at_the_file_keeps_nobody_from_holding_it(tmp_path: Path) -> None:
    file = PidFile(tmp_path / "x.pid")
    looking = os.open(file.path, os.O_RDONLY | os.O_CREAT)
    fcntl.flock(looking, fcntl.LOCK_SH)
    timer = threading.Timer(0.05, os.close, (looking,))
    timer.start()
    with file.held():
        assert file.holder() is not None
    timer.join()


def test_a_file_that_was_removed_under_its_holder_does_not_take_the_next_holders_file_away(tmp_path: Path) -> None:
    file = PidFile(tmp_path / "x.pid")
    with file.held("first"):
        file.path.unlink()
        second = PidFile(file.path).held("second")
        second.__enter__()
    assert file.holder() == Holder(os.getpid(), "second")
    second.__exit__(None, None, None)
