"""Root file systems of a container's incarnations."""

from pathlib import Path

from lateen.node.shim.container import _remove_older


def test_tidying_up_late_leaves_a_younger_incarnation_alone(tmp_path: Path) -> None:
    for entry in ("app.0", "app.1", "app.2", "app-b.0"):
        (tmp_path / entry / "upper").mkdir(parents=True)
    _remove_older(str(tmp_path), "app", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app-b.0", "app.1", "app.2"]
