"""Asking the machine's own name servers."""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from pathlib import Path

from lateen.node.dns.resolv_conf import parse_nameservers

log = logging.getLogger(__name__)

_DNS_PORT = 53


class Upstream:
    """Passes questions on to the name servers in a resolv.conf, in its order.

    Sockets belong to the namespace of the thread that runs the event loop: the machine's. `patience` is the time in
    seconds for one server to answer.
    """

    def __init__(self, resolv_conf: Path, patience: float = 2.0, most: int = 512, port: int = _DNS_PORT) -> None:
        self._file = resolv_conf
        self._patience = patience
        self._port = port
        self._free = asyncio.Semaphore(most)
        self._stamp = 0
        self._servers: Sequence[str] = ()
        self._silent: set[str] = set()

    async def ask(self, question: bytes, *, over_tcp: bool) -> bytes | None:
        """The answer to a question in wire format, None when no server gave one."""
        if self._free.locked():
            return None
        async with self._free:
            for server in self._current_servers():
                answer = await self._ask_one(server, question, over_tcp)
                if answer is not None:
                    return question[:2] + answer[2:]
        return None

    async def _ask_one(self, server: str, question: bytes, over_tcp: bool) -> bytes | None:
        disguised = secrets.token_bytes(2) + question[2:]
        exchange = self._over_tcp if over_tcp else self._over_udp
        try:
            async with asyncio.timeout(self._patience):
                answer = await exchange(server, disguised)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as failure:
            self._report(server, failure)
            return None
        self._silent.discard(server)
        return answer

    async def _over_udp(self, server: str, question: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Exchange(question[:2], answer), remote_addr=(server, self._port)
        )
        try:
            transport.sendto(question)
            return await answer
        finally:
            transport.close()

    async def _over_tcp(self, server: str, question: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(server, self._port)
        try:
            writer.write(len(question).to_bytes(2) + question)
            answer = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        finally:
            writer.close()
        if answer[:2] != question[:2]:
            raise OSError(f"name server {server} answered another question")
        return answer

    def _current_servers(self) -> Sequence[str]:
        try:
            stamp = self._file.stat().st_mtime_ns
            if stamp != self._stamp:
                self._servers = parse_nameservers(self._file.read_text())
                self._stamp = stamp
        except OSError:
            self._servers = ()
        return self._servers

    def _report(self, server: str, failure: BaseException) -> None:
        if server not in self._silent:
            self._silent.add(server)
            log.warning(
                "the machine's name server %s does not answer (%s)", server, str(failure) or "no answer in time"
            )


class _Exchange(asyncio.DatagramProtocol):
    def __init__(self, number: bytes, answer: asyncio.Future[bytes]) -> None:
        self._number = number
        self._answer = answer

    def datagram_received(self, data: bytes, _: object) -> None:
        if data[:2] == self._number and len(data) >= 12 and not self._answer.done():
            self._answer.set_result(data)

    def error_received(self, failure: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(failure)
