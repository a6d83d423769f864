"""Sending requests, from this machine or from inside a workload's pod, by one and the same program."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from lateen.api.meta import JsonObject
from lateen.cli.exec import exec_path
from lateen.cli.grouping import Grouping
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import fail
from lateen.cli.pods import choose_container
from lateen.client.remote_command import start_command
from lateen.client.sync import SyncClient

PROGRAM = (sys.executable, "-P", "-m", "lateen.programs.traffic")
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Sending:
    """What to send, and what to look for in the answers.

    `peer` (`host:port`) is where to connect to when not to the URL's own host. `all_headers` brings back every header
    of an answer, `body_most` so many bytes of its body. `sni` and `alpn` (with commas) are for TLS, when not the usual.
    A URL of `tcp://` or `tls://` asks for connections alone.
    """

    url: str
    requests: int
    concurrency: int
    rate: float | None
    method: str
    headers: Mapping[str, str]
    timeout: float
    grouping: Grouping
    body: str = ""
    peer: str = ""
    all_headers: bool = False
    body_most: int = 0
    h2: bool = False
    sni: str = ""
    alpn: str = ""

    def argv(self) -> list[str]:
        """The command that does it and prints a line of JSON for each answer."""
        words = [*PROGRAM, self.url, "-n", str(self.requests), "-c", str(self.concurrency)]
        words += ["-X", self.method, "--timeout", str(self.timeout)]
        words += ["--rate", str(self.rate)] if self.rate else []
        words += [word for name, value in self.headers.items() for word in ("-H", f"{name}:{value}")]
        words += ["--connect", self.peer] if self.peer else []
        words += ["-d", self.body] if self.body else []
        words += ["--http2"] if self.h2 else []
        words += ["--sni", self.sni] if self.sni else []
        words += ["--alpn", self.alpn] if self.alpn else []
        words += ["--show-body", str(self.body_most)] if self.body_most else []
        if self.all_headers:
            words.append("--show-headers")
        elif self.grouping.header:
            words += ["--show-header", self.grouping.header]
        if self.grouping.pattern:
            words += ["--match", self.grouping.pattern.pattern]
        return words


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `status` 0 is none, and `error` says why: or nothing but a connection was asked for, which was
    `opened`. `match` is what the pattern found."""

    status: int
    milliseconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    match: str | None = None
    error: str = ""
    body: str = ""
    opened: bool = False

    @property
    def has_come(self) -> bool:
        """Whether there was an answer, or the connection that was asked for."""
        return bool(self.status) or self.opened

    @property
    def failed(self) -> bool:
        """Whether there was no answer, or one that says the server failed."""
        return not self.has_come or self.status >= SERVER_ERROR

    @property
    def word(self) -> str:
        """What came, in a word or two."""
        return str(self.status) if self.status else "connection" if self.opened else "no answer"


def send(client: SyncClient, caller: JsonObject | None, sending: Sending) -> list[Answer]:
    """Send everything and return the answers; exits with a message when it can't be done at all."""
    output = _from_pod(client, caller, sending) if caller else _from_here(sending)
    answers = [_answer(json.loads(line)) for line in output.splitlines() if line.startswith("{")]
    if not answers:
        fail(f"error: nothing was sent: {output.strip() or 'the sender said nothing'}")
    return answers


def _from_here(sending: Sending) -> str:
    return subprocess.run(sending.argv(), capture_output=True, text=True, check=False).stdout


def _from_pod(client: SyncClient, caller: JsonObject, sending: Sending) -> str:
    meta = caller["metadata"]
    target = Target(kind_named("pod"), meta["name"])
    path = exec_path(target.path(meta["namespace"], "exec"), choose_container(caller, ""), sending.argv())
    remote = start_command(client.access, path)
    pieces: list[bytes] = []
    try:
        remote.run(pieces.append, pieces.append)
    finally:
        remote.close()
    return b"".join(pieces).decode(errors="replace")


def _answer(line: JsonObject) -> Answer:
    headers: Mapping[str, str] = {name.lower(): value for name, value in (line.get("headers") or {}).items()}
    return Answer(
        status=int(line.get("status") or 0),
        milliseconds=float(line["ms"]),
        headers=headers,
        match=line.get("match"),
        error=line.get("error", ""),
        body=line.get("body", ""),
        opened=bool(line.get("open")),
    )
