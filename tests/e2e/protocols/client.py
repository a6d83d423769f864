"""Clients that run in a pod: `client.py KIND TARGET COUNT`. They print who answered how often, as JSON."""

import json
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
from websockets.sync.client import connect

PATIENCE = 5.0


def banners(target: str, count: int, tls: ssl.SSLContext | None = None, name: str = "") -> Iterator[str]:
    """One connection after the other; says nothing, but reads the first line. `name` is asked for in TLS."""
    host, _, port = target.rpartition(":")
    for _ in range(count):
        with socket.create_connection((host, int(port)), PATIENCE) as plain:
            stream = tls.wrap_socket(plain, server_hostname=name or host) if tls else plain
            yield stream.makefile().readline().strip() or "closed"


def tls(target: str, count: int, name: str = "") -> Iterator[str]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return banners(target, count, context, name)


def websocket(target: str, count: int) -> Iterator[str]:
    """All messages over one connection; `target` is a URL."""
    with connect(target, open_timeout=PATIENCE) as connection:
        for number in range(count):
            connection.send(str(number))
            name, _, echo = str(connection.recv(PATIENCE)).partition(": ")
            yield name if echo == str(number) else echo


def calls(target: str, count: int) -> Iterator[str]:
    """All calls over one connection."""
    with grpc.insecure_channel(target) as channel:
        hello = channel.unary_unary("/greeter.Greeter/Hello")
        for _ in range(count):
            try:
                yield hello(b"", timeout=PATIENCE).decode()
            except grpc.RpcError as error:
                yield str(error.code())


KINDS: dict[str, Callable[[str, int], Iterator[str]]] = {
    "banner": banners,
    "tls": tls,
    "websocket": websocket,
    "grpc": calls,
}
FILE = Path(__file__)

if __name__ == "__main__":
    print(json.dumps(Counter(KINDS[sys.argv[1]](sys.argv[2], int(sys.argv[3])))))
