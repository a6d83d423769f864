"""One gRPC stream over HTTP/2 on a Unix socket, as little as a benchmark's client needs.

It must cost less than the server that is measured. Only what a well-behaved server sends is understood (RFC 9113);
response headers are not looked at.
"""

import asyncio
import struct
from collections.abc import Callable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
ACK, END_HEADERS, PADDED = 1, 4, 8
LARGEST_WINDOW = 2**31 - 1
FRAME_BYTES = 16_384


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def _text(value: str) -> bytes:
    assert len(value) < 127
    return bytes((len(value),)) + value.encode()


def _headers(path: str) -> bytes:
    """`:method POST`, `:scheme http`, path, authority, content type, `te`; none indexed, none compressed (RFC 7541)."""
    named = b"\x83\x86" + b"\x04" + _text(path) + b"\x01" + _text("localhost")
    return named + b"\x0f\x10" + _text("application/grpc") + b"\x00" + _text("te") + _text("trailers")


class GrpcStream(asyncio.Protocol):
    """Calls `on_message` with each message; `send` queues one."""

    def __init__(self, path: str, on_message: Callable[["GrpcStream", bytes], None]) -> None:
        self._path = path
        self._on_message = on_message
        self._transport: asyncio.WriteTransport | None = None
        self._input = bytearray()
        self._body = bytearray()
        self._output = bytearray()
        self._stream_window = 65_535
        self._connection_window = 65_535
        self._first_window = 65_535
        self.closed: str = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        settings = struct.pack(">HI", 4, LARGEST_WINDOW) + struct.pack(">HI", 5, 2**24 - 1)
        transport.write(
            PREFACE
            + _frame(SETTINGS, 0, 0, settings)
            + _frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", LARGEST_WINDOW - 65_535))
            + _frame(HEADERS, END_HEADERS, 1, _headers(self._path))
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = self.closed or f"connection lost: {exc}"

    def send(self, message: bytes) -> None:
        """Queue one message."""
        self._output += b"\0" + struct.pack(">I", len(message)) + message
        self._flush()

    def _flush(self) -> None:
        assert self._transport is not None
        while self._output and (room := min(self._stream_window, self._connection_window, FRAME_BYTES)) > 0:
            piece = bytes(self._output[:room])
            del self._output[:room]
            self._stream_window -= len(piece)
            self._connection_window -= len(piece)
            self._transport.write(_frame(DATA, 0, 1, piece))

    def data_received(self, data: bytes) -> None:
        self._input += data
        position = 0
        while len(self._input) - position >= 9:
            length = int.from_bytes(self._input[position : position + 3], "big")
            if len(self._input) - position < 9 + length:
                break
            kind, flags = self._input[position + 3], self._input[position + 4]
            stream = int.from_bytes(self._input[position + 5 : position + 9], "big")
            self._frame_received(kind, flags, stream, bytes(self._input[position + 9 : position + 9 + length]))
            position += 9 + length
        del self._input[:position]

    def _frame_received(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        assert self._transport is not None
        match kind:
            case _ if kind == DATA:
                assert not flags & PADDED
                self._body += payload
                self._deliver()
            case _ if kind == SETTINGS and not flags & ACK:
                self._settings(payload)
                self._transport.write(_frame(SETTINGS, ACK, 0))
            case _ if kind == PING and not flags & ACK:
                self._transport.write(_frame(PING, ACK, 0, payload))
            case _ if kind == WINDOW_UPDATE:
                room = struct.unpack(">I", payload)[0]
                if stream:
                    self._stream_window += room
                else:
                    self._connection_window += room
                self._flush()
            case _ if kind in {GOAWAY, RESET}:
                self.closed = f"closed by the server: {payload!r}"

    def _settings(self, payload: bytes) -> None:
        for offset in range(0, len(payload), 6):
            name, value = struct.unpack_from(">HI", payload, offset)
            if name == 4:
                self._stream_window += value - self._first_window
                self._first_window = value
        self._flush()

    def _deliver(self) -> None:
        while len(self._body) >= 5:
            length = int.from_bytes(self._body[1:5], "big")
            if len(self._body) < 5 + length:
                return
            message = bytes(self._body[5 : 5 + length])
            del self._body[: 5 + length]
            self._on_message(self, message)
