"""Starting and stopping the name server's process."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from lateen.lib.netns import netns_inode
from lateen.lib.pid_file import PidFile
from lateen.node.dns.ports import CAPTURED_PORT, DNS_PORT
from lateen.node.dns.table import FORMAT

_STEP_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class DnsProcess:
    """The name server of one mesh. It goes on when the process that started it ends."""

    netns: Path
    address: IPv4Address
    table: Path
    pid_file: Path
    log: Path
    resolv_conf: Path = Path("/etc/resolv.conf")

    def ensure(self, patience: float = 10.0) -> bool:
        """Start the server unless it runs for this namespace and address; says whether it had to be started.

        Blocks until it runs, at most `patience` seconds; raises TimeoutError with the end of its log.
        """
        holder = PidFile(self.pid_file).holder()
        if holder is not None and holder.note == self._place():
            return False
        if holder is not None:
            self.stop()
        process = self._start()
        deadline = time.monotonic() + patience
        while PidFile(self.pid_file).holder() is None:
            if process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"the name server did not start: {self._last_words()}")
            time.sleep(_STEP_SECONDS)
        return True

    @property
    def pid(self) -> int:
        """The server's process id, 0 when it does not run."""
        holder = PidFile(self.pid_file).holder()
        return holder.pid if holder is not None else 0

    def stop(self, patience: float = 3.0) -> bool:
        """End the server and wait until it is gone; says whether it ran."""
        pid_file = PidFile(self.pid_file)
        if not pid_file.signal(signal.SIGTERM):
            return False
        deadline = time.monotonic() + patience
        while pid_file.holder() is not None:
            if time.monotonic() > deadline:
                pid_file.signal(signal.SIGKILL)
            time.sleep(_STEP_SECONDS)
        self.pid_file.unlink(missing_ok=True)
        return True

    def _place(self) -> str:
        return f"{netns_inode(self.netns)} {self.address} {DNS_PORT} {CAPTURED_PORT} {FORMAT}"

    def _start(self) -> subprocess.Popen[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "lateen.node.dns", "--netns", str(self.netns), "--address", str(self.address)]
        command += ["--table", str(self.table), "--pid-file", str(self.pid_file), "--place", self._place()]
        command += ["--resolv-conf", str(self.resolv_conf)]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return lines[-1] if lines else f"it said nothing in {self.log}"
