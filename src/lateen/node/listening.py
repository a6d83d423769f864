"""Which ports programs listen on. Format: `proc_net_tcp` of the kernel's documentation."""

from collections.abc import Iterable, Iterator
from pathlib import Path

_LISTEN = "0A"
_TABLES = ("tcp", "tcp6")


def listening_ports(pid: int) -> frozenset[int]:
    """The TCP ports that are listened on in a process's network namespace; none when there is no such process."""
    return frozenset(port for table in _TABLES for port in ports_of(_lines(Path(f"/proc/{pid}/net/{table}"))))


def ports_of(lines: Iterable[str]) -> Iterator[int]:
    """The ports of the listening sockets in one of the kernel's tables."""
    for line in lines:
        words = line.split()
        if len(words) > 3 and words[3] == _LISTEN:
            yield int(words[1].rpartition(":")[2], 16)


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text().splitlines()
    except OSError:
        return []
