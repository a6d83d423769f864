"""Servers that pods run: `server.py KIND PORT NAME`. Each answers with its name."""

import ssl
import sys
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import grpc
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_websocket


class Banner(BaseRequestHandler):
    """Speaks first, as databases and mail servers do."""

    name = b""

    def handle(self) -> None:
        self.request.sendall(self.name + b"\n")
        while self.request.recv(4096):
            pass


def banner(port: int, name: bytes, tls: ssl.SSLContext | None = None) -> None:
    ThreadingTCPServer.allow_reuse_address = ThreadingTCPServer.daemon_threads = True
    with ThreadingTCPServer(("", port), type("Named", (Banner,), {"name": name})) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.serve_forever()


def tls(port: int, name: bytes) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/etc/tls/tls.crt", "/etc/tls/tls.key")
    banner(port, name, context)


def websocket(port: int, name: bytes) -> None:
    def answer(connection: ServerConnection) -> None:
        for message in connection:
            connection.send(f"{name.decode()}: {message!s}")

    with serve_websocket(answer, "", port) as server:
        server.serve_forever()


def greeter(port: int, name: bytes) -> None:
    server = grpc.server(futures.ThreadPoolExecutor(4))
    hello = grpc.unary_unary_rpc_method_handler(lambda request, context: name)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("greeter.Greeter", {"Hello": hello}),))
    server.add_insecure_port(f"0.0.0.0:{port}")
    server.start()
    server.wait_for_termination()


KINDS: dict[str, Callable[[int, bytes], None]] = {
    "banner": banner,
    "tls": tls,
    "websocket": websocket,
    "grpc": greeter,
}
FILE = Path(__file__)

if __name__ == "__main__":
    KINDS[sys.argv[1]](int(sys.argv[2]), sys.argv[3].encode())
