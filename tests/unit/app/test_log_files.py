from pathlib import Path

from lateen.app.log_files import shorten


def test_a_log_that_is_too_long_goes_on_from_the_start_and_keeps_what_was_written_last(tmp_path: Path) -> None:
    file = tmp_path / "node.log"
    with file.open("ab", buffering=0) as writer:
        writer.write(b"old " * 10)
        assert shorten(file, 39)
        assert not shorten(file, 39)
        writer.write(b"new")
    assert file.read_bytes() == b"new"
    assert (tmp_path / "node.log.1").read_bytes() == b"old " * 10


def test_a_log_that_is_not_there_is_no_failure(tmp_path: Path) -> None:
    assert not shorten(tmp_path / "none.log", 1)
