"""Running a command in a container over WebSocket, in the protocol `v5.channel.k8s.io` of Kubernetes.

The first byte of a binary message is its channel: 0 stdin, 1 stdout, 2 stderr, 3 the final Status, 4 the terminal's
size, 255 (only to the server) the end of a channel.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

from lateen.client.access import Access, AccessError
from lateen.client.error import ApiError, JsonObject, error_from, error_from_status
from lateen.client.tls_stream import connect_stream

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

PROTOCOL = "v5.channel.k8s.io"

STDIN, STDOUT, STDERR, STATUS, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255


class RemoteCommand:
    """A command that runs elsewhere. `output` and its exit code are read by one thread, input may come from another."""

    def __init__(self, connection: "ClientConnection", close: Callable[[], None]) -> None:
        self._connection = connection
        self._close = close
        self._lock = threading.Lock()

    def run(self, stdout: Callable[[bytes], object], stderr: Callable[[bytes], object]) -> int:
        """Hand out what the command writes until it ends, and return its exit code.

        Raises ApiError when it could not be run, AccessError when the connection is lost."""
        for channel, content in self._messages():
            if channel == STDOUT:
                stdout(content)
            elif channel == STDERR:
                stderr(content)
            elif channel == STATUS:
                return exit_code(json.loads(content))
        raise AccessError("the connection was lost before the command ended")

    def write(self, content: bytes) -> None:
        """Send input; ignored once the command has ended."""
        self._send(bytes([STDIN]) + content)

    def end_input(self) -> None:
        """Say that no more input comes."""
        self._send(bytes([CLOSE, STDIN]))

    def resize(self, columns: int, rows: int) -> None:
        """Say how large the terminal is now."""
        self._send(bytes([RESIZE]) + json.dumps({"Width": columns, "Height": rows}).encode())

    def close(self) -> None:
        """End the connection, and with it the command."""
        self._close()

    def _messages(self) -> Iterator[tuple[int, bytes]]:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - only exec needs it

        try:
            for message in self._connection:
                content = message.encode() if isinstance(message, str) else message
                if content:
                    yield content[0], content[1:]
        except ConnectionClosed:
            return  # whoever waits for the command's status misses it

    def _send(self, message: bytes) -> None:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - only exec needs it

        with self._lock:
            try:
                self._connection.send(message)
            except ConnectionClosed:
                return


def start_command(access: Access, path: str) -> RemoteCommand:
    """Start a command at `path` (`…/pods/p/exec?command=…&stdout=true`). Raises ApiError, AccessError."""
    from websockets.exceptions import InvalidHandshake, InvalidStatus  # noqa: PLC0415 - as above
    from websockets.sync.client import connect  # noqa: PLC0415

    stack = ExitStack()
    try:
        connection = stack.enter_context(
            connect(
                f"ws://{access.host}:{access.port}{access.prefix}{path}",
                sock=cast(socket.socket, connect_stream(access)),
                subprotocols=[PROTOCOL],  # type: ignore[list-item]
                additional_headers=access.headers(),
                compression=None,
                proxy=None,
                max_size=None,
            )
        )
    except InvalidStatus as refusal:
        raise error_from(refusal.response.status_code, bytes(refusal.response.body or b"")) from None
    except (InvalidHandshake, OSError) as failure:
        raise AccessError(f"can't run a command over {access.server}: {failure}") from None
    return RemoteCommand(connection, stack.close)


def exit_code(status: JsonObject) -> int:
    """The exit code in the Status that ends a command. Raises ApiError when the command could not be run."""
    if status.get("status") == "Success":
        return 0
    error: ApiError = error_from_status(status)
    for cause in error.details.get("causes") or []:
        if cause.get("reason") == "ExitCode":
            return int(cause.get("message") or 1)
    raise error
