"""Netlink messages and the socket that carries them."""

import os
import socket
import struct
import threading
from collections.abc import Iterator

NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_DUMP = 0x300
NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_CREATE = 0x400
_NLM_F_ACK_TLVS = 0x200
_NLM_F_CAPPED = 0x100

_NLMSG_ERROR = 2
_NLMSG_DONE = 3
_SOL_NETLINK = 270
_NETLINK_EXT_ACK = 11
_NLMSGERR_ATTR_MSG = 1
_NLA_TYPE_MASK = 0x3FFF
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_RECEIVE_BYTES = 1 << 17


class NetlinkError(OSError):
    """The kernel refused a request; `errno` is its code, the text says what was asked and the kernel's own reason."""


def attribute(kind: int, payload: bytes) -> bytes:
    """One attribute, padded to four bytes."""
    length = _ATTRIBUTE.size + len(payload)
    return _ATTRIBUTE.pack(length, kind) + payload + b"\0" * (-length % 4)


def text_attribute(kind: int, text: str) -> bytes:
    """An attribute that holds a zero-terminated string."""
    return attribute(kind, text.encode() + b"\0")


def number_attribute(kind: int, number: int) -> bytes:
    """An attribute that holds a 32-bit number."""
    return attribute(kind, struct.pack("=I", number))


def parse_attributes(payload: bytes) -> dict[int, bytes]:
    """Attribute type → content; the last one wins where a type is repeated."""
    found: dict[int, bytes] = {}
    offset = 0
    while offset + _ATTRIBUTE.size <= len(payload):
        length, kind = _ATTRIBUTE.unpack_from(payload, offset)
        if length < _ATTRIBUTE.size:
            break
        found[kind & _NLA_TYPE_MASK] = payload[offset + _ATTRIBUTE.size : offset + length]
        offset += (length + 3) & ~3
    return found


class NetlinkSocket:
    """One netlink socket in the network namespace of the thread that made it; usable from any thread afterwards."""

    def __init__(self, family: int = socket.NETLINK_ROUTE) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_EXT_ACK, 1)
        self._socket.bind((0, 0))
        self._sequence = 0
        self._lock = threading.Lock()

    def request(self, kind: int, payload: bytes, flags: int, what: str) -> None:
        """Ask for a change and wait until it is done; `what` words the error."""
        with self._lock:
            for _ in self._exchange(kind, payload, flags | NLM_F_REQUEST | NLM_F_ACK, what):
                pass

    def get(self, kind: int, payload: bytes, what: str) -> list[bytes]:
        """The single object that `payload` asks for (without the message header)."""
        with self._lock:
            return list(self._exchange(kind, payload, NLM_F_REQUEST | NLM_F_ACK, what))

    def dump(self, kind: int, payload: bytes, what: str) -> list[bytes]:
        """All objects of a kind (without the message headers)."""
        with self._lock:
            return list(self._exchange(kind, payload, NLM_F_REQUEST | NLM_F_DUMP, what))

    def _exchange(self, kind: int, payload: bytes, flags: int, what: str) -> Iterator[bytes]:
        self._sequence += 1
        self._socket.send(_HEADER.pack(_HEADER.size + len(payload), kind, flags, self._sequence, 0) + payload)
        while True:
            for message_kind, message_flags, body in self._receive():
                if message_kind == _NLMSG_DONE:
                    return
                if message_kind == _NLMSG_ERROR:
                    _raise_if_refused(body, message_flags, what)
                    return
                yield body

    def _receive(self) -> Iterator[tuple[int, int, bytes]]:
        data = self._socket.recv(_RECEIVE_BYTES)
        offset = 0
        while offset + _HEADER.size <= len(data):
            length, kind, flags, sequence, _ = _HEADER.unpack_from(data, offset)
            if sequence == self._sequence:
                yield kind, flags, data[offset + _HEADER.size : offset + length]
            offset += (length + 3) & ~3

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def __enter__(self) -> "NetlinkSocket":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _raise_if_refused(body: bytes, flags: int, what: str) -> None:
    code: int = -struct.unpack_from("=i", body)[0]
    if code == 0:
        return
    reason = ""
    if flags & _NLM_F_ACK_TLVS:
        echoed = _HEADER.size if flags & _NLM_F_CAPPED else struct.unpack_from("=I", body, 4)[0]
        text = parse_attributes(body[4 + echoed :]).get(_NLMSGERR_ATTR_MSG, b"")
        reason = text.rstrip(b"\0").decode(errors="replace")
    raise NetlinkError(code, f"{what}: {os.strerror(code)}" + (f" ({reason})" if reason else ""))
