"""The shim's socket: the node agent watches, stops, executes and connects through it.

A `SOCK_SEQPACKET` socket, one JSON object per packet, one request per connection:
`watch` (every state follows; the end of the connection is the end of the shim), `stop {grace}`,
`kill {container, grace}`, `exec {container, argv, terminal}` with stdin, stdout and stderr as passed descriptors
(answers: `{"terminal": true}` with a descriptor, then `{"exit": code, "failure": text}`; closing the connection kills
the program), `connect {host, port, source}` (answer: a connecting TCP socket of the pod's network).
"""

from __future__ import annotations

import json
import os
import socket

from lateen.node.shim.execution import Execution

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lateen.node.shim.pod import Pod
    from lateen.node.shim.sandbox import Sandbox

    Request = dict[str, object]

SOCKET = "shim.sock"
_PACKET = 65536 * 3


def address(folder: str, fd: int) -> str:
    """The socket's address, however long `folder`'s path is; `fd` is the open folder."""
    return f"/proc/self/fd/{fd}/{SOCKET}"


class Control:
    """Serves one pod's socket."""

    def __init__(self, sandbox: Sandbox, pod: Pod) -> None:
        self._sandbox = sandbox
        self._pod = pod
        self._watchers: list[socket.socket] = []
        self._executions: dict[int, Execution] = {}
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)

    def listen(self) -> None:
        """Open the socket."""
        path = f"{self._sandbox.folder}/{SOCKET}"
        if os.path.lexists(path):
            os.unlink(path)
        fd = os.open(self._sandbox.folder, os.O_RDONLY)
        self._server.bind(address(self._sandbox.folder, fd))
        os.close(fd)
        os.chmod(path, 0o600)
        self._server.listen(64)
        self._sandbox.loop.on_readable(self._server.fileno(), self._accept)

    def publish(self, state: bytes) -> None:
        """Send `state` to everyone who watches."""
        for watcher in list(self._watchers):
            if not _send(watcher, state):
                self._close(watcher)

    def _accept(self) -> None:
        try:
            connection, _ = self._server.accept()
        except OSError:
            return
        connection.setblocking(False)
        self._sandbox.loop.on_readable(connection.fileno(), lambda: self._received(connection))

    def _received(self, connection: socket.socket) -> None:
        try:
            data, fds, _, _ = socket.recv_fds(connection, _PACKET, 3)
        except BlockingIOError:
            return
        except OSError:
            data, fds = b"", []
        if not data:
            self._close(connection)
            return
        try:
            self._serve(connection, json.loads(data), fds)
        except (KeyError, ValueError, TypeError, OSError) as error:
            _answer(connection, {"failure": str(error) or type(error).__name__})
        for fd in fds:
            os.close(fd)

    def _serve(self, connection: socket.socket, request: Request, fds: list[int]) -> None:
        serve: dict[str, Callable[[], None]] = {
            "watch": lambda: self._watch(connection),
            "stop": lambda: self._pod.stop(_number(request["grace"])),
            "kill": lambda: self._pod.containers[str(request["container"])].stop(_number(request["grace"])),
            "exec": lambda: self._execute(connection, request, fds),
            "connect": lambda: _connect(connection, request),
        }
        serve[str(request["op"])]()
        if request["op"] in {"stop", "kill"}:
            _answer(connection, {})

    def _watch(self, connection: socket.socket) -> None:
        self._watchers.append(connection)
        _send(connection, json.dumps(self._pod.state()).encode())

    def _execute(self, connection: socket.socket, request: Request, fds: list[int]) -> None:
        container = self._pod.containers.get(str(request["container"]))
        argv = request["argv"]
        if container is None or not container.running or not isinstance(argv, list):
            raise ValueError(f"container {request['container']} is not running")
        terminal = connection if request.get("terminal") else None
        files = (fds[0], fds[1], fds[2]) if len(fds) == 3 else None
        key = connection.fileno()

        def done(code: int, failure: str) -> None:
            if self._executions.pop(key, None):
                _answer(connection, {"exit": code, "failure": failure})

        self._executions[key] = Execution(self._sandbox, container, [str(a) for a in argv], done, files, terminal)

    def _close(self, connection: socket.socket) -> None:
        if (execution := self._executions.pop(connection.fileno(), None)) is not None:
            execution.kill()
        if connection in self._watchers:
            self._watchers.remove(connection)
        self._sandbox.loop.forget(connection.fileno())
        connection.close()


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _connect(connection: socket.socket, request: Request) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as outgoing:
        if request.get("source"):
            outgoing.bind((str(request["source"]), 0))
        outgoing.connect_ex((str(request["host"]), int(_number(request["port"]))))
        socket.send_fds(connection, [b"{}"], [outgoing.fileno()])


def _answer(connection: socket.socket, answer: dict[str, object]) -> None:
    _send(connection, json.dumps(answer).encode())


def _send(connection: socket.socket, packet: bytes) -> bool:
    try:
        connection.send(packet)
    except OSError:
        return False
    return True
