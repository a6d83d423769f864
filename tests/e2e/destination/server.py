"""Servers that run in a pod: `server.py KIND NAME`. They answer with their name, and fail while /tmp/fail is there."""

import http.server
import json
import socketserver
import ssl
import sys
from pathlib import Path

FILE = Path(__file__)
FAILING = Path("/tmp/fail")


class Handler(http.server.BaseHTTPRequestHandler):
    """Each connection serves one request, so that every request makes a new one."""

    name = ""

    def do_GET(self) -> None:
        shown = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        body = json.dumps({"name": self.name, "serial": int(str(shown["serialNumber"]), 16) if shown else None})
        self.send_response(500 if FAILING.exists() else 200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


class Tunnel(socketserver.StreamRequestHandler):
    """Takes CONNECT requests, and says first in the tunnel where it was to lead."""

    def handle(self) -> None:
        first = self.rfile.readline().decode().split()
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        self.wfile.write(f"{first[0]} {first[1]}\n".encode())
        self.rfile.readline()


def serve(kind: str, name: str) -> None:
    Handler.name = name
    if kind == "connect":
        socketserver.ThreadingTCPServer(("", 8080), Tunnel).serve_forever()
    server = http.server.ThreadingHTTPServer(("", 8080), Handler)
    if kind == "tls":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile="/etc/tls/ca.crt")
        context.load_cert_chain("/etc/tls/tls.crt", "/etc/tls/tls.key")
        context.verify_mode = ssl.CERT_REQUIRED
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    serve(*sys.argv[1:3])
