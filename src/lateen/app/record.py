"""What the processes of one mesh must agree on, kept in the mesh's state folder."""

import msgspec

from lateen.api.meta import JsonObject
from lateen.client.kubeconfig import write_private
from lateen.client.paths import MeshPaths

FILE = "mesh.json"


class MeshRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How a mesh was started. `images` is a file of the user's that extends the image table, "" for none."""

    name: str
    profile: str
    node_name: str
    api_port: int
    mesh_config: JsonObject = {}
    images: str = ""


def read_record(paths: MeshPaths) -> MeshRecord | None:
    """The record of a mesh; None when it was never started."""
    try:
        return msgspec.json.decode((paths.state / FILE).read_bytes(), type=MeshRecord)
    except FileNotFoundError:
        return None


def write_record(paths: MeshPaths, record: MeshRecord) -> None:
    """Keep the record, all or nothing."""
    write_private(paths.state / FILE, msgspec.json.format(msgspec.json.encode(record)).decode())
