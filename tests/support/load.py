"""Starting steady loads beside a test, and saying in which of its phases requests failed."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

PROGRAM = Path(__file__).with_name("steady_load.py")


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a load, as the program prints it."""

    sent: float
    number: int
    ms: float
    found: str
    error: str

    def __str__(self) -> str:
        kind = "new connection" if self.number % 2 else "kept connection"
        return f"request {self.number} ({kind}) after {self.ms:.0f} ms: {self.error}"


@dataclass
class Load:
    """Loads that run until `stop`. `phase` names what the test does from now on."""

    processes: dict[str, tuple["subprocess.Popen[bytes]", IO[bytes]]] = field(default_factory=dict)
    phases: list[tuple[float, str]] = field(default_factory=list)
    requests: dict[str, list[Request]] = field(default_factory=dict)

    def phase(self, name: str) -> None:
        self.phases.append((time.monotonic(), name))

    def start(self, name: str, arguments: Sequence[str], prefix: Sequence[str] = ()) -> None:
        output = TemporaryFile()  # noqa: SIM115 - closed by `stop`
        process = subprocess.Popen([*prefix, sys.executable, str(PROGRAM), *arguments], stdout=output)
        self.processes[name] = process, output

    def stop(self) -> None:
        for process, _ in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for name, (process, output) in self.processes.items():
            process.wait(timeout=20)
            output.seek(0)
            self.requests[name] = [Request(**json.loads(line)) for line in output]
            output.close()
        self.processes.clear()

    def sent(self, name: str, since: float = 0.0) -> list[Request]:
        return [request for request in self.requests[name] if request.sent >= since]

    def failures(self) -> list[str]:
        """Every failed request with its phase, at most five of a kind."""
        seen: Counter[tuple[str, str]] = Counter()
        lines = []
        for name, requests in self.requests.items():
            for request in requests:
                if request.error:
                    phase, since = self._phase_at(request.sent)
                    seen[name, phase] += 1
                    if seen[name, phase] <= 5:
                        lines.append(f"{name}, {phase} +{request.sent - since:.2f} s: {request}")
        return [*lines, *(f"{name}, {phase}: {count} failed" for (name, phase), count in seen.items())]

    def _phase_at(self, moment: float) -> tuple[str, float]:
        since, name = max((each for each in self.phases if each[0] <= moment), default=(moment, "before"))
        return name, since


@contextmanager
def steady_load(url: str, pattern: str, rate: float = 100.0) -> Iterator[Load]:
    """Requests to `url` during the block; afterwards, none of them may have failed."""
    load = Load()
    load.phase("start")
    load.start("gateway", (url, str(rate), pattern))
    try:
        yield load
    finally:
        load.stop()
    assert load.failures() == []
    assert load.requests["gateway"], "nothing was sent"
