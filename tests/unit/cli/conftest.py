"""A mesh for the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli_mesh import CliMesh, cli_mesh


@pytest.fixture
def mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliMesh]:
    with cli_mesh(tmp_path) as served:
        monkeypatch.setattr("lateen.cli.mesh.access_for", lambda *_: served.access)
        # Nobody writes statuses here: there is nothing to wait for.
        monkeypatch.setattr("lateen.cli.findings.PATIENCE_SECONDS", 0.0)
        yield served
