"""One small HTTP request inside the pod, without waiting for it."""

from __future__ import annotations

import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lateen.node.shim.loop import Loop
    from lateen.node.shim.spec import HttpCall

_PATIENCE = 1.0


class Request:
    """Sends `method` to 127.0.0.1 and tells `done` whether a 2xx or 3xx answer came within a second."""

    def __init__(self, loop: Loop, call: HttpCall, method: str, done: Callable[[bool], None]) -> None:
        self._loop = loop
        self._done = done
        self._head = (
            f"{method} {call['path']} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._timer = loop.after(_PATIENCE, lambda: self._finish(False))
        self._socket.connect_ex(("127.0.0.1", call["port"]))
        loop.on_writable(self._socket.fileno(), self._connected)

    def _connected(self) -> None:
        self._loop.forget(self._socket.fileno())
        try:
            self._socket.send(self._head.encode())
        except OSError:
            self._finish(False)
            return
        self._loop.on_readable(self._socket.fileno(), self._answered)

    def _answered(self) -> None:
        try:
            words = self._socket.recv(64).split()
        except OSError:
            words = []
        self._finish(len(words) > 1 and words[1][:1] in {b"2", b"3"})

    def _finish(self, ok: bool) -> None:
        self._timer.cancel()
        self._loop.forget(self._socket.fileno())
        self._socket.close()
        self._done(ok)
