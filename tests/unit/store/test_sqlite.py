import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.store.documents import config_map

from lateen.api.problem import ResourceRef
from lateen.lib.clock import FakeClock
from lateen.store.config_store import ConflictError, TooOldError
from lateen.store.database import StoreFileError
from lateen.store.sqlite import SqliteStore

ONE = ResourceRef("ConfigMap", "default", "one")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


async def test_everything_is_there_after_reopening(path: Path) -> None:
    async with SqliteStore(path, FakeClock()) as store:
        first = await store.create(config_map("one", a="1"))
        await store.create(config_map("two"))
        await store.delete(ResourceRef("ConfigMap", "default", "two"))
    async with SqliteStore(path, FakeClock()) as store:
        listing = await store.list()
        assert (listing.revision, [item.body for item in listing.items]) == (3, [first.body])
        events = store.watch(0)
        assert [(await anext(events)).type.value for _ in range(3)] == ["ADDED", "ADDED", "DELETED"]
        assert (await store.create(config_map("three"))).revision == 4


async def test_only_the_owner_may_read_it(path: Path) -> None:
    async with SqliteStore(path, FakeClock()) as store:
        await store.create(config_map("one"))
        modes = {file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == {0o600}


async def test_concurrent_writes_share_a_transaction(path: Path) -> None:
    async with SqliteStore(path, FakeClock()) as store:
        committed: list[int] = []
        database = store._database
        assert database is not None
        commit = database.commit
        database.commit = lambda writes, floor: (committed.append(len(writes)), commit(writes, floor))[1]  # type: ignore[method-assign, func-returns-value]
        await asyncio.gather(*(store.create(config_map(f"n{number}")) for number in range(50)))
    assert sum(committed) == 50
    assert len(committed) <= 3


async def test_writes_that_wait_see_each_other(path: Path) -> None:
    async with SqliteStore(path, FakeClock()) as store:
        outcomes = await asyncio.gather(
            store.create(config_map("one")),
            store.replace(config_map("one", a="1"), expected=1),
            store.replace(config_map("one", a="2"), expected=1),
            store.create(config_map("one")),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes[2:]] == [ConflictError, ConflictError]
        assert (await store.list()).items == [outcomes[1]]


async def test_a_write_that_changes_nothing_waits_for_the_one_it_equals(path: Path) -> None:
    async with SqliteStore(path, FakeClock()) as store:
        first = asyncio.ensure_future(store.create(config_map("one")))
        await asyncio.sleep(0)
        same = await store.replace(config_map("one"))
        assert await store.get(ONE) is same
        assert await first is same


async def test_a_full_disk_fails_the_write_and_the_next_one_works(path: Path) -> None:
    async with SqliteStore(path, FakeClock()) as store:
        await store.create(config_map("one"))
        connection = store._database._connection  # type: ignore[union-attr]
        connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0] + 1}")
        big, small = await asyncio.gather(
            store.create(config_map("big", a="x" * 100_000)), store.create(config_map("small")), return_exceptions=True
        )
        assert isinstance(big, StoreFileError)
        assert isinstance(small, StoreFileError)
        connection.execute("PRAGMA max_page_count = 1000000")
        after = await store.create(config_map("small"))
        assert [item.ref.name for item in (await store.list()).items] == ["one", "small"]
    async with SqliteStore(path, FakeClock()) as store:
        assert (await store.list()).revision == after.revision


async def test_the_history_is_bounded(path: Path) -> None:
    async with SqliteStore(path, FakeClock(), history_limit=20) as store:
        await store.create(config_map("one"))
        for number in range(60):
            await store.replace(config_map("one", a=str(number)))
        with pytest.raises(TooOldError):
            await anext(store.watch(30))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM history").fetchone()[0] <= 23
    async with SqliteStore(path, FakeClock(), history_limit=20) as store:
        with pytest.raises(TooOldError):
            await anext(store.watch(30))
        assert (await anext(store.watch(60))).revision == 61


async def test_a_second_control_plane_is_told(path: Path) -> None:
    async with SqliteStore(path, FakeClock()):
        with pytest.raises(StoreFileError, match="in use"):
            await SqliteStore(path, FakeClock()).open()


async def test_a_foreign_database_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    with pytest.raises(StoreFileError, match="another program"):
        await SqliteStore(path, FakeClock()).open()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


async def test_a_newer_layout_is_refused(path: Path) -> None:
    async with SqliteStore(path, FakeClock()):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreFileError, match="upgrade"):
        await SqliteStore(path, FakeClock()).open()


@pytest.mark.parametrize("damage", ["text", "middle"])
async def test_a_damaged_file_is_named(path: Path, damage: str) -> None:
    async with SqliteStore(path, FakeClock()) as store:
        for number in range(100):
            await store.create(config_map(f"n{number}", a="x" * 500))
    content = bytearray(path.read_bytes())
    if damage == "text":
        content = bytearray(b"this is no database, " * 100)
    else:
        content[8192:16384] = b"\xff" * 8192
    path.write_bytes(content)
    with pytest.raises(StoreFileError, match=f"{path.name} is damaged"):
        await SqliteStore(path, FakeClock()).open()


WRITER = """
import asyncio, sys
from pathlib import Path
from lateen.lib.clock import SystemClock
from lateen.store.sqlite import SqliteStore
from tests.unit.store.documents import config_map

async def write(store, worker):
    number = 0
    while True:
        stored = await store.create(config_map(f"w{worker}-{number}", a="x" * 200))
        print(stored.ref.name, stored.revision, flush=True)
        number += 1

async def main():
    store = await SqliteStore(Path(sys.argv[1]), SystemClock()).open()
    await asyncio.gather(*(write(store, worker) for worker in range(4)))

asyncio.run(main())
"""


async def test_acknowledged_writes_survive_kill_9(path: Path) -> None:
    root = Path(__file__).parents[3]
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{root}/src:{root}"},
    )
    assert child.stdout is not None
    acknowledged = [child.stdout.readline() for _ in range(40)]
    child.send_signal(signal.SIGKILL)
    acknowledged += child.stdout.readlines()
    child.wait()
    async with SqliteStore(path, FakeClock()) as store:
        for name, revision in (line.split() for line in acknowledged if line.endswith("\n")):
            stored = await store.get(ResourceRef("ConfigMap", "default", name))
            assert stored is not None
            assert stored.revision == int(revision)


async def test_a_commit_reaches_the_disk_before_it_is_acknowledged(path: Path) -> None:
    async with SqliteStore(path, FakeClock()) as store:
        connection = store._database._connection  # type: ignore[union-attr]
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
