"""The SQLite file a store keeps: its schema, opening it with care, and writing to it."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lateen.api.problem import ResourceRef
from lateen.store.change import Write, stored_from
from lateen.store.config_store import Event, EventType, Stored

APPLICATION_ID = 0x4C61746E
"""Marks the file as ours (`Latn`), see SQLite's `PRAGMA application_id`."""

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE resource (
        kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
        revision INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (kind, namespace, name)
    ) WITHOUT ROWID;
    CREATE TABLE history (
        revision INTEGER PRIMARY KEY, type TEXT NOT NULL,
        kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL
    );
    CREATE TABLE position (revision INTEGER NOT NULL, floor INTEGER NOT NULL);
    INSERT INTO position VALUES (0, 0);
    """,
)
"""Entry n brings a file from `user_version` n to n + 1."""


class StoreFileError(Exception):
    """The file can't be used as a store; the message says why and what to do."""


class UnusableStoreError(StoreFileError):
    """Trying again can't help: the file is damaged, or another program's."""


class Database:
    """One open store file. It is used by one thread at a time, and no other process can open it meanwhile."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def position(self) -> tuple[int, int]:
        """The latest revision and the floor of the history."""
        with _explained(self.path):
            revision, floor = self._connection.execute("SELECT revision, floor FROM position").fetchone()
        return revision, floor

    def resources(self) -> Iterator[Stored]:
        """Everything stored."""
        with _explained(self.path):
            rows = self._connection.execute("SELECT kind, namespace, name, revision, body FROM resource")
            for kind, namespace, name, revision, body in rows:
                yield stored_from(body, ResourceRef(kind, namespace, name), revision)

    def history(self) -> Iterator[Event]:
        """The writes kept, oldest first."""
        with _explained(self.path):
            rows = self._connection.execute(
                "SELECT revision, type, kind, namespace, name, body FROM history ORDER BY revision"
            )
            for revision, event_type, kind, namespace, name, body in rows:
                stored = stored_from(body, ResourceRef(kind, namespace, name), revision)
                yield Event(EventType(event_type), revision, stored)

    def commit(self, writes: Sequence[Write], floor: int) -> None:
        """Make `writes` durable in one transaction and forget the history up to `floor`."""
        with self._connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            for write in writes:
                _put(transaction, write)
            transaction.execute("DELETE FROM history WHERE revision <= ?", (floor,))
            transaction.execute("UPDATE position SET revision = ?, floor = ?", (writes[-1].revision, floor))

    def close(self) -> None:
        """Close the file; what was committed is in it."""
        self._connection.close()


def open_database(path: Path) -> Database:
    """Open or create the store file, readable by its owner only. Raises StoreFileError."""
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its log the rights of the file, so these rights hold for both.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
        try:
            _prepare(path, connection)
        except BaseException:
            connection.close()
            raise
    return Database(path, connection)


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    # Exclusive: two control planes on one file would hand out the same revisions.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    version = _pragma(connection, "user_version")
    if _pragma(connection, "application_id") != APPLICATION_ID and not _is_empty(connection):
        raise UnusableStoreError(f"{path} is a database of another program: name another file, or move it away")
    if version > len(MIGRATIONS):
        raise UnusableStoreError(
            f"{path} was written by a newer Lateen (layout {version}, this one knows {len(MIGRATIONS)}): upgrade Lateen"
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    findings = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    if findings != ["ok"]:
        raise UnusableStoreError(_damaged(path, "; ".join(findings)))
    _migrate(connection, version)


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
        connection.executescript(f"BEGIN IMMEDIATE; {script} {marks} COMMIT;")


def _put(transaction: sqlite3.Connection, write: Write) -> None:
    ref = write.stored.ref
    name = (ref.kind, ref.namespace, ref.name)
    if write.type is EventType.DELETED:
        transaction.execute("DELETE FROM resource WHERE kind = ? AND namespace = ? AND name = ?", name)
    else:
        transaction.execute(
            "INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?, ?)", (*name, write.revision, write.encoded)
        )
    transaction.execute(
        "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)", (write.revision, write.type.value, *name, write.encoded)
    )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _damaged(path: Path, why: str) -> str:
    return f"{path} is damaged ({why}): restore a backup of it, or move it away to start with an empty mesh"


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as failure:
        if "locked" in str(failure):
            raise StoreFileError(f"{path} is in use: another control plane runs on it (see `lateen status`)") from None
        raise StoreFileError(f"{path} can't be opened: {failure}") from failure
    except sqlite3.DatabaseError as failure:
        raise UnusableStoreError(_damaged(path, str(failure))) from failure
    except OSError as failure:
        raise StoreFileError(f"{path} can't be opened: {failure.strerror}") from failure
