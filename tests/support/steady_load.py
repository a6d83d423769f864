"""A steady load on one URL, in a process of its own; every other request uses a new connection.

`python steady_load.py URL RATE PATTERN [HOST]` sends until SIGTERM. Nothing is retried. One line of JSON for each
request: when it was sent (monotonic seconds), its number, its milliseconds, what PATTERN found, and what went wrong.
"""

import asyncio
import json
import re
import signal
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT = 10.0
KEPT_MOST = 8


@dataclass
class Connection:
    """One TCP connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def close(self) -> None:
        self.writer.close()


class Load:
    """Open loop: a request is sent when its time has come, whatever became of those before."""

    def __init__(self, url: str, rate: float, pattern: str, host: str) -> None:
        split = urlsplit(url)
        self._address = (split.hostname or "", split.port or 80)
        self._head = f"GET {split.path or '/'} HTTP/1.1\r\nHost: {host or split.netloc}\r\n"
        self._rate = rate
        self._pattern = re.compile(pattern)
        self._idle: list[Connection] = []
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        started, number = time.monotonic(), 0
        while not stop.is_set():
            await asyncio.sleep(max(0.0, started + number / self._rate - time.monotonic()))
            task = asyncio.create_task(self._send(number))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            number += 1
        await asyncio.gather(*self._running)

    async def _send(self, number: int) -> None:
        sent, error, found = time.monotonic(), "", ""
        try:
            async with asyncio.timeout(TIMEOUT):
                status, body = await self._exchange(keep=number % 2 == 0)
            match = self._pattern.search(body)
            found = match[0] if match else ""
            if status != 200:
                error = f"status {status}: {body[:200]}"
            elif not match:
                error = f"no {self._pattern.pattern!r} in the answer"
        except (OSError, EOFError, asyncio.IncompleteReadError, TimeoutError) as failure:
            error = f"{type(failure).__name__}: {failure}"
        ms = (time.monotonic() - sent) * 1000
        line = {"sent": sent, "number": number, "ms": round(ms, 2), "found": found, "error": error}
        sys.stdout.write(json.dumps(line) + "\n")

    async def _exchange(self, *, keep: bool) -> tuple[int, str]:
        connection = (self._kept() if keep else None) or Connection(*await asyncio.open_connection(*self._address))
        try:
            end = "\r\n" if keep else "Connection: close\r\n\r\n"
            connection.writer.write((self._head + end).encode())
            status, body, more = await _answer(connection.reader)
        except BaseException:
            connection.close()
            raise
        if keep and more and len(self._idle) < KEPT_MOST:
            self._idle.append(connection)
        else:
            connection.close()
        return status, body

    def _kept(self) -> Connection | None:
        """An idle connection; those that the server has ended meanwhile, as it may, are passed over."""
        while self._idle:
            connection = self._idle.pop(0)
            if not connection.reader.at_eof() and not connection.writer.is_closing():
                return connection
            connection.close()
        return None


async def _answer(reader: asyncio.StreamReader) -> tuple[int, str, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    length = re.search(r"\r\ncontent-length: *(\d+)", head)
    if length:
        body = await reader.readexactly(int(length[1]))
    elif "transfer-encoding: chunked" in head:
        body = await _chunks(reader)
    else:
        body = await reader.read()
    return status, body.decode(errors="replace"), "connection: close" not in head


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        chunk = await reader.readexactly(size + 2)
        if size == 0:
            return body
        body += chunk[:-2]


async def main() -> None:
    url, rate, pattern, *host = sys.argv[1:]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Load(url, float(rate), pattern, host[0] if host else "").run(stop)


if __name__ == "__main__":
    asyncio.run(main())
