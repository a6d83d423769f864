from pathlib import Path

import pytest

from lateen.app.record import FILE, MeshRecord, RecordError, read_record, write_record
from lateen.client.paths import MeshPaths


def test_what_is_written_is_read(tmp_path: Path) -> None:
    paths = MeshPaths("one", tmp_path)
    assert read_record(paths) is None
    record = MeshRecord(name="one", profile="demo", node_name="n", api_port=1, mesh_config={"a": 1}, settings="x")
    write_record(paths, record)
    assert read_record(paths) == record


@pytest.mark.parametrize("content", ["", '{"name": "one"', '{"name": "one"}'])
def test_a_damaged_record_is_explained_and_no_traceback(tmp_path: Path, content: str) -> None:
    paths = MeshPaths("one", tmp_path)
    paths.state.mkdir()
    (paths.state / FILE).write_text(content)
    with pytest.raises(RecordError, match=r"mesh\.json is damaged .*remove it"):
        read_record(paths)
