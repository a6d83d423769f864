"""Servers that answer with what they were asked, one port for each cluster name."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POLL_SECONDS = 0.02
"""How soon a server notices that it is to stop."""


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    """Headers and body leave in one packet: apart, the second would wait for the first one's acknowledgement."""
    cluster = ""

    def do_GET(self) -> None:
        headers = {name.lower(): ",".join(self.headers.get_all(name, [])) for name in self.headers}
        body = json.dumps({"cluster": self.cluster, "path": self.path, "headers": headers}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - the base class wants these names

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def echo_servers(names: Iterable[str]) -> Iterator[dict[str, int]]:
    """Ports by name, for as long as the block runs."""
    servers = {}
    for name in names:
        handler = type("Handler", (_Echo,), {"cluster": name})
        servers[name] = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers[name].daemon_threads = True
    threads = [
        threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True) for server in servers.values()
    ]
    for thread in threads:
        thread.start()
    try:
        yield {name: server.server_address[1] for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.shutdown()
            server.server_close()
