"""Sends requests, or makes connections, and prints one line of JSON for each answer."""

import argparse
import json
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from lateen.programs.connection import Connection
from lateen.programs.dialing import NoAnswerError, Tls
from lateen.programs.http_client import Client, Reply, Url, parse_url

REQUESTS_MOST = 1_000_000
CONCURRENCY_MOST = 256
CONNECTIONS = {"tcp": False, "tls": True}
"""Schemes of connections without requests, and whether they are in TLS."""


class AnyClient(Protocol):
    """Whatever sends a load; it is ended with its block."""

    def __enter__(self) -> "AnyClient": ...

    def __exit__(self, *_: object) -> None: ...

    def send(self, method: str, headers: Iterable[tuple[str, str]], body: bytes, *, keep: bool) -> Reply:
        """One exchange. Raises NoAnswerError."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """What to send and what to tell of each answer. `rate` is in requests a second, 0: as fast as answers come.

    `peer` is where to connect to when not to the URL's own host; `all_headers` tells every header of an answer. A URL
    without a target asks for connections alone. `tls` is the client's side of TLS when not the usual one.
    """

    url: Url
    count: int
    concurrency: int = 1
    rate: float = 0.0
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeout: float = 15.0
    keep: bool = False
    shown_headers: tuple[str, ...] = ()
    match: re.Pattern[str] | None = None
    shown_bytes: int = 0
    peer: tuple[str, int] | None = None
    all_headers: bool = False
    h2: bool = False
    tls: Tls | None = None


@dataclass
class Sender:
    """Sends a load from several threads; each answer goes to `tell` in the order in which they come."""

    load: Load
    output: "Output"
    _next: Iterator[int] = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._next = iter(range(self.load.count))

    def run(self) -> None:
        """Send all of it."""
        started = time.monotonic()
        workers = [
            threading.Thread(target=self._work, args=(started,), daemon=True)
            for _ in range(min(self.load.concurrency, self.load.count))
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _work(self, started: float) -> None:
        with _client(self.load) as client:
            while True:
                with self._lock:
                    number = next(self._next, None)
                if number is None or self.output.broken:
                    return
                if self.load.rate:
                    time.sleep(max(0.0, started + number / self.load.rate - time.monotonic()))
                self.output.tell(self._send(client, number))

    def _send(self, client: AnyClient, number: int) -> dict[str, object]:
        load = self.load
        began = time.monotonic()
        try:
            reply = client.send(load.method, load.headers, load.body, keep=load.keep)
        except NoAnswerError as failure:
            return {"i": number, "ms": _since(began), "error": str(failure)}
        made = {"status": reply.status} if reply.status else {"open": True}
        return {"i": number, "ms": _since(began)} | made | _shown(load, reply)


def _client(load: Load) -> AnyClient:
    url = load.url
    if not url.target:
        return Connection(
            load.peer or (url.host, url.port), load.timeout, (load.tls or Tls(url.host)) if url.tls else None
        )
    if not load.h2:
        return Client(url, load.timeout, load.peer, load.tls)
    from lateen.programs.http2_client import Http2Client  # noqa: PLC0415 - most loads are sent without

    return Http2Client(url, load.timeout, load.peer, load.tls)


class Output:
    """Lines on standard output; `broken` once nobody reads them any more."""

    def __init__(self) -> None:
        self.broken = False
        self._lock = threading.Lock()

    def tell(self, answer: dict[str, object]) -> None:
        """Write one answer at once."""
        line = json.dumps(answer, separators=(",", ":")) + "\n"
        try:
            with self._lock:
                sys.stdout.write(line)
                sys.stdout.flush()
        except OSError:
            self.broken = True


def _shown(load: Load, reply: Reply) -> dict[str, object]:
    shown: dict[str, object] = {}
    if load.all_headers:
        shown["headers"] = _every_header(reply)
    elif load.shown_headers:
        shown["headers"] = {name: reply.headers.get(name) for name in load.shown_headers if name in reply.headers}
    if load.match is not None:
        found = load.match.search(reply.body.decode("utf-8", "replace"))
        shown["match"] = found and (found[1] if load.match.groups else found[0])
    if load.shown_bytes:
        shown["body"] = reply.body[: load.shown_bytes].decode("utf-8", "replace")
    return shown


def _every_header(reply: Reply) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in reply.headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 2)


def parse_load(arguments: list[str]) -> Load:
    """The load that a command line describes; ends the process with a message when it makes no sense."""
    parser = argparse.ArgumentParser(prog="traffic", description="send requests, print one JSON line for each answer")
    parser.add_argument("url", type=_url)
    parser.add_argument("-n", "--count", type=int, default=1)
    parser.add_argument("-c", "--concurrency", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second; 0: as fast as answers come")
    parser.add_argument("-X", "--method", default="GET")
    parser.add_argument("-H", "--header", action="append", default=[], type=_header, metavar="NAME:VALUE")
    parser.add_argument("-d", "--data", default="")
    parser.add_argument("--timeout", type=float, default=15.0, help="seconds for each exchange")
    parser.add_argument("--keep-alive", action="store_true", help="use a connection for many requests")
    parser.add_argument("--show-header", action="append", default=[], metavar="NAME")
    parser.add_argument("--match", type=_pattern, metavar="REGEX", help="print what it finds in the body")
    parser.add_argument("--show-body", type=int, default=0, metavar="BYTES")
    parser.add_argument("--show-headers", action="store_true", help="print every header")
    parser.add_argument("--http2", action="store_true", help="speak HTTP/2")
    parser.add_argument("--sni", default="", help="the server name to ask for in TLS")
    parser.add_argument("--alpn", default="", help="protocols to offer in TLS, with commas between them")
    parser.add_argument("--connect", type=_peer, metavar="HOST:PORT", help="connect there, whatever the URL's host is")
    given = parser.parse_args(arguments)
    if not 1 <= given.count <= REQUESTS_MOST or not 1 <= given.concurrency <= CONCURRENCY_MOST:
        parser.error(f"between 1 and {REQUESTS_MOST} requests, and at most {CONCURRENCY_MOST} at once")
    if given.rate < 0 or given.timeout <= 0 or given.show_body < 0:
        parser.error("a rate or size is negative, or the timeout is not above zero")
    return Load(
        url=given.url,
        count=given.count,
        concurrency=given.concurrency,
        rate=given.rate,
        method=given.method,
        headers=tuple(given.header),
        body=given.data.encode(),
        timeout=given.timeout,
        keep=given.keep_alive,
        shown_headers=tuple(given.show_header),
        match=given.match,
        shown_bytes=given.show_body,
        peer=given.connect,
        all_headers=given.show_headers,
        h2=given.http2,
        tls=_tls(given.url, given.sni, given.alpn, h2=given.http2) if given.sni or given.alpn else None,
    )


def _tls(url: Url, sni: str, alpn: str, *, h2: bool) -> Tls:
    usual = ("h2" if h2 else "http/1.1",) if url.target else ()
    return Tls(sni or url.host, tuple(alpn.split(",")) if alpn else usual)


def _url(text: str) -> Url:
    scheme, _, rest = text.partition("://")
    if scheme in CONNECTIONS:
        host, port = _peer(rest.rstrip("/"))
        return Url(host, port, "", CONNECTIONS[scheme])
    try:
        return parse_url(text)
    except ValueError as failure:
        raise argparse.ArgumentTypeError(str(failure)) from None


def _peer(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: expected HOST:PORT")
    return host.strip("[]"), int(port)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or "\n" in text or "\r" in text:
        raise argparse.ArgumentTypeError(f"{text!r}: expected NAME:VALUE")
    return name.strip(), value.strip()


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.DOTALL)
    except re.error as failure:
        raise argparse.ArgumentTypeError(f"{text!r}: {failure}") from None


def main() -> None:
    """Send what the command line describes."""
    Sender(parse_load(sys.argv[1:]), Output()).run()


if __name__ == "__main__":
    main()
