from pathlib import Path

from lateen.pki.token import ensure_token


def test_a_token_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "state" / "token"
    token = ensure_token(path)
    assert len(token) >= 40
    assert ensure_token(path) == token
    assert path.stat().st_mode & 0o777 == 0o600
    assert ensure_token(tmp_path / "other") != token
