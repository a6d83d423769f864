"""Runs the control plane's store, xDS and statuses with simulated proxies, and measures changes.

Usage: python -m bench.control_plane SERVICES PROXIES CHANGES FOLDER; prints one line of JSON.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import mesh

from lateen.controllers.loop import ControllerRunner
from lateen.controllers.status_writer import StatusWriter, key_of
from lateen.lib.clock import SystemClock
from lateen.lib.tasks import TaskGroup
from lateen.resolve.mesh import MeshResolver
from lateen.store.sqlite import SqliteStore
from lateen.xds.fleet import Fleet
from lateen.xds.progress import Progress
from lateen.xds.push import Pusher
from lateen.xds.server import Address, XdsServer

CLIENT_PROCESSES = 2
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.15


def cpu_seconds() -> float:
    """Spent by this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_megabytes(field: str = "VmRSS") -> float:
    """Memory of this process now, or its peak (`VmHWM`)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


async def start_proxies(socket: Path, count: int) -> list[asyncio.subprocess.Process]:
    """Start `count` proxies in processes of their own; returns when each has its first configuration."""
    pipe = asyncio.subprocess.PIPE
    processes = []
    for part in range(min(CLIENT_PROCESSES, count)):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.ads_client", str(socket), stdin=pipe, stdout=pipe
        )
        assert process.stdin is not None
        nodes = [mesh.node(index) for index in range(part, count, CLIENT_PROCESSES)]
        process.stdin.write(json.dumps(nodes).encode() + b"\n")
        processes.append(process)
    for process in processes:
        assert process.stdout is not None
        if await process.stdout.readline() != b"ready\n":
            raise SystemExit("the simulated proxies failed")
    return processes


def write_statuses(tasks: TaskGroup, store: SqliteStore, fleet: Fleet, pusher: Pusher) -> None:
    """Keep the statuses of rules up to date, as a control plane does."""
    clock = SystemClock()
    progress = Progress(fleet, pusher.standings, clock)
    statuses = StatusWriter(store, clock, fleet.board.problems, lambda _: 0.0, progress.reach)
    runner = ControllerRunner(store, [statuses], clock)
    tasks.start(runner.run(), "statuses")
    tasks.start(progress.run(lambda refs: runner.look_again(statuses, map(key_of, refs))), "progress")


class Bench:
    """One control plane under measurement."""

    def __init__(self, store: SqliteStore, fleet: Fleet) -> None:
        self.store = store
        self.fleet = fleet

    async def measure(self, change: Callable[[int], mesh.Document], changes: int) -> dict[str, list[float]]:
        """Make `changes` changes one after the other: milliseconds to the last ACK, and CPU seconds."""
        times, cpu = [], []
        for generation in range(1, changes + 1):
            await asyncio.sleep(PAUSE_SECONDS)
            busy, start = cpu_seconds(), time.perf_counter()
            stored = await self.store.replace(change(generation))
            outcome = await self.fleet.distributions.wait_for(stored.revision, PATIENCE_SECONDS)
            times.append((time.perf_counter() - start) * 1000)
            cpu.append(cpu_seconds() - busy)
            if not outcome.complete or outcome.acked != len(self.fleet.connections):
                raise SystemExit(f"not every proxy acknowledged: {outcome}")
        return {"ms": times, "cpu": cpu}


async def main(services: int, proxies: int, changes: int, folder: Path) -> dict[str, Any]:
    """All measurements for one number of proxies."""
    clock, resolver = SystemClock(), MeshResolver()
    store = await SqliteStore(folder / "store.db", clock).open()
    for document in mesh.documents(services):
        await store.create(document)
    await store.create(mesh.virtual_service(7))
    fleet = Fleet(resolver, clock)
    pusher = Pusher(store, resolver, fleet, clock)
    server = XdsServer(fleet, clock, Address(folder / "xds.sock"))
    async with TaskGroup() as tasks:
        started = time.perf_counter()
        tasks.start(pusher.run(), "push")
        write_statuses(tasks, store, fleet, pusher)
        await pusher.ready.wait()
        await server.start()
        built = time.perf_counter()
        processes = await start_proxies(folder / "xds.sock", proxies)
        connected = time.perf_counter()
        bench = Bench(store, fleet)
        result = {
            "endpoint": await bench.measure(lambda generation: mesh.endpoint_slice(42, generation), changes),
            "virtual service": await bench.measure(lambda generation: mesh.virtual_service(7, generation), changes),
            "build_s": built - started,
            "connect_s": connected - built,
            "rss_mb": resident_megabytes(),
            "peak_mb": resident_megabytes("VmHWM"),
        }
        for process in processes:
            await process.communicate(b"")
    await server.stop()
    await store.close()
    return result


if __name__ == "__main__":
    SERVICES, PROXIES, CHANGES = map(int, sys.argv[1:4])
    print(json.dumps(asyncio.run(main(SERVICES, PROXIES, CHANGES, Path(sys.argv[4])))))
