"""Istio's tcp-echo sample: gives every line back behind a word. Arguments: ports, separated by commas, and the word."""

import sys
import threading
from collections.abc import Iterable
from socketserver import StreamRequestHandler, ThreadingTCPServer


class Echo(StreamRequestHandler):
    """One connection."""

    word = b""

    def handle(self) -> None:
        """Answer until the client has said everything."""
        for line in self.rfile:
            self.wfile.write(self.word + b" " + line)


class EchoServer(ThreadingTCPServer):
    """One port; `0` is any free one."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, word: str) -> None:
        super().__init__(("", port), type("WordEcho", (Echo,), {"word": word.encode()}))


def serve(ports: Iterable[int], word: str) -> None:
    """Serve all ports until the process ends. Raises OSError for a port that is taken."""
    servers = [EchoServer(port, word) for port in ports]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    serve(map(int, sys.argv[1].split(",")), sys.argv[2])
