"""A program in a container over a WebSocket, in Kubernetes' `channel.k8s.io` protocols.

The first byte of a message is its channel: 0 stdin, 1 stdout, 2 stderr, 3 the final Status, 4 the terminal's size,
255 (version 5) closes a channel.
"""

import asyncio
import fcntl
import json
import os
import struct
import termios
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from lateen.api.meta import JsonObject
from lateen.node.shim_client import Channel, ShimClient, ShimError

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STDOUT, _STDERR, _STATUS, _RESIZE, _CLOSE = 0, 1, 2, 3, 4, 255
_CHUNK = 32768
_DRAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ExecRequest:
    """What to run, and which channels the client wants."""

    container: str
    argv: Sequence[str]
    stdin: bool = False
    stdout: bool = True
    stderr: bool = True
    tty: bool = False


async def run_exec(shim: ShimClient, request: ExecRequest, socket: web.WebSocketResponse) -> None:
    """Run the program until it ends or the client goes; the last message is the Status."""
    try:
        with shim.open() as channel:
            status = await _Session(channel, request, socket).run()
    except ShimError as error:
        status = _failure(str(error))
    if not socket.closed:
        with suppress(ConnectionError):  # the client may have gone
            await socket.send_bytes(bytes([_STATUS]) + json.dumps(status).encode())
            await socket.close()


class _Session:
    def __init__(self, channel: Channel, request: ExecRequest, socket: web.WebSocketResponse) -> None:
        self._channel = channel
        self._request = request
        self._socket = socket
        self._input = -1
        self._readers: list[asyncio.Task[None]] = []

    async def run(self) -> JsonObject:
        """Start the program and carry bytes until it ends; the client's leaving ends it."""
        await self._start()
        async with asyncio.TaskGroup() as group:
            messages = group.create_task(self._take_messages())
            answer = group.create_task(self._channel.receive())
            await asyncio.wait({messages, answer}, return_when=asyncio.FIRST_COMPLETED)
            messages.cancel()
            answer.cancel()
        self._close_input()
        await self._finish_output(wait=answer.done() and not answer.cancelled())
        packet = None if answer.cancelled() else answer.result()
        return _status(packet[0]) if packet else _failure("the program was ended")

    async def _start(self) -> None:
        request: JsonObject = {"op": "exec", "container": self._request.container, "argv": list(self._request.argv)}
        if self._request.tty:
            self._channel.send(request | {"terminal": True})
            await self._take_terminal()
            return
        theirs_in, self._input = os.pipe()
        out, theirs_out = os.pipe()
        err, theirs_err = os.pipe()
        try:
            self._channel.send(request, (theirs_in, theirs_out, theirs_err))
        except ShimError:
            os.close(out)
            os.close(err)
            self._close_input()
            raise
        finally:
            for fd in (theirs_in, theirs_out, theirs_err):
                os.close(fd)
        os.set_blocking(self._input, False)
        if not self._request.stdin:
            self._close_input()
        self._carry(out, _STDOUT)
        self._carry(err, _STDERR)

    async def _take_terminal(self) -> None:
        packet = await self._channel.receive()
        if packet is None or not packet[1]:
            raise ShimError((packet[0].get("failure") if packet else "") or "no terminal")
        self._input = packet[1][0]
        os.set_blocking(self._input, False)
        self._carry(os.dup(self._input), _STDOUT)

    def _carry(self, fd: int, channel: int) -> None:
        os.set_blocking(fd, False)
        # Kept in the list: the session waits for each of them.
        self._readers.append(asyncio.get_running_loop().create_task(self._copy(fd, channel)))

    async def _copy(self, fd: int, channel: int) -> None:
        wanted = self._request.stdout if channel == _STDOUT else self._request.stderr
        try:
            while data := await _read(fd):
                if wanted and not self._socket.closed:
                    await self._socket.send_bytes(bytes([channel]) + data)
        except (ConnectionError, RuntimeError):
            return  # the client has gone
        finally:
            os.close(fd)

    async def _finish_output(self, *, wait: bool) -> None:
        """What the program has written still counts; what its children write later doesn't."""
        if wait:
            await asyncio.wait(self._readers, timeout=_DRAIN_SECONDS)
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def _take_messages(self) -> None:
        async for message in self._socket:
            if message.type not in {WSMsgType.BINARY, WSMsgType.TEXT}:
                return
            data = message.data if isinstance(message.data, bytes) else message.data.encode()
            if not data:
                continue
            if data[0] == _STDIN:
                await self._write_input(data[1:])
            elif data[0] == _RESIZE and self._request.tty:
                _resize(self._input, data[1:])
            elif data[0] == _CLOSE and data[1:2] == bytes([_STDIN]):
                self._end_input()

    async def _write_input(self, data: bytes) -> None:
        while data and self._input >= 0:
            try:
                data = data[os.write(self._input, data) :]
            except BlockingIOError:
                await _wait_writable(self._input)
            except OSError:
                self._close_input()

    def _end_input(self) -> None:
        if self._request.tty and self._input >= 0:
            os.write(self._input, b"\x04")
        else:
            self._close_input()

    def _close_input(self) -> None:
        if self._input >= 0:
            os.close(self._input)
            self._input = -1


async def _read(fd: int) -> bytes:
    while True:
        try:
            return os.read(fd, _CHUNK)
        except BlockingIOError:
            await _wait_readable(fd)
        except OSError:
            return b""  # a terminal whose programs have all ended


async def _wait_readable(fd: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(fd, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)


async def _wait_writable(fd: int) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_writer(fd, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(fd)


def _resize(fd: int, data: bytes) -> None:
    try:
        size = json.loads(data)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", int(size["Height"]), int(size["Width"]), 0, 0))
    except (ValueError, KeyError, TypeError, OSError, struct.error):
        return


def _status(answer: JsonObject) -> JsonObject:
    if answer.get("failure"):
        return _failure(str(answer["failure"]))
    code = int(answer["exit"])
    if code == 0:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


def _failure(message: str) -> JsonObject:
    return {"metadata": {}, "status": "Failure", "message": message, "reason": "InternalError", "code": 500}
