"""What the processes of one mesh must agree on, kept in the mesh's state folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec

from lateen.api.meta import JsonObject
from lateen.client.kubeconfig import write_private
from lateen.client.paths import MeshPaths

FILE = "mesh.json"


class RecordError(Exception):
    """The record can't be read; the message says what to do."""


class MeshRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How a mesh was started. `images` is a file of the user's that extends the image table, "" for none.

    `mesh_config` is what was set last; `settings` changes each time, so that it is put in force once and not again
    over what users have changed since. A node keeps its name: what is stored names it.
    """

    name: str
    profile: str
    node_name: str
    api_port: int
    mesh_config: JsonObject = {}
    settings: str = ""
    images: str = ""


def read_record(paths: MeshPaths) -> MeshRecord | None:
    """The record of a mesh; None when it was never started. Raises RecordError."""
    file = paths.state / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=MeshRecord)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as failure:
        raise RecordError(f"{file} is damaged ({failure}): remove it, and `lateen up` writes a new one") from None


def others_ports(paths: MeshPaths) -> frozenset[int]:
    """The API ports of the machine's other meshes, also of those that don't run now: clients know them by these."""
    ports = set()
    for file in paths.state_root.glob(f"*/{FILE}"):
        if file.parent != paths.state:
            with suppress(OSError, msgspec.MsgspecError):
                ports.add(msgspec.json.decode(file.read_bytes(), type=MeshRecord).api_port)
    return frozenset(ports)


@contextmanager
def records_locked(paths: MeshPaths) -> Iterator[None]:
    """Only one mesh of the machine at a time chooses what no other may have."""
    paths.state_root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(paths.state_root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_record(paths: MeshPaths, record: MeshRecord) -> None:
    """Keep the record, all or nothing."""
    write_private(paths.state / FILE, msgspec.json.format(msgspec.json.encode(record)).decode())
