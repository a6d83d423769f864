import re
from pathlib import Path

import pytest
from tests.unit.programs.conftest import Serve

from lateen.programs.static import Files, Welcome, combined_log


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "html"
    (root / "sub" / "empty").mkdir(parents=True)
    (root / "index.html").write_text("<p>home</p>")
    (root / "sub" / "index.html").write_text("sub")
    (root / "a b.txt").write_text("spaces")
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    return root


def test_files_and_folders(served: Serve, site: Path) -> None:
    one = served(Files(site).answer)
    home = one.ask("/")
    assert (home.status, home.body, home.headers.get("content-type")) == (200, b"<p>home</p>", "text/html")
    assert one.ask("/a%20b.txt").headers.get("content-type") == "text/plain"
    moved = one.ask("/sub")
    assert (moved.status, moved.headers.get("location")) == (301, "/sub/")
    assert one.ask("/sub/").body == b"sub"
    assert one.ask("/sub/empty/").status == 403
    assert b"<h1>404 Not Found</h1>" in one.ask("/nothing").body
    assert one.ask("/", "POST").status == 405


def test_nothing_outside_the_folder_is_served(served: Serve, site: Path) -> None:
    one = served(Files(site).answer)
    for path in ("/../secret", "/%2e%2e/secret", "/sub/../../secret", "/link", "/%00"):
        assert one.ask(path).status == 404


def test_unchanged_files_are_not_sent_again(served: Serve, site: Path) -> None:
    one = served(Files(site).answer)
    first = one.ask("/")
    for name, value in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        again = one.ask("/", headers={name: first.headers.get(value)})
        assert (again.status, again.body) == (304, b"")


def test_the_log_is_nginxs(served: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    one = served(Welcome().answer, combined_log)
    assert (
        b"<title>Welcome to nginx!</title>" in one.ask("/", headers={"User-Agent": "test", "Referer": "http://x/"}).body
    )
    one.ask("/none")
    one.stop()
    # Each connection has a thread of its own, which logs after it has answered: the order is theirs.
    first, second = sorted(capsys.readouterr().out.splitlines(), key=lambda line: "/none" in line)
    date = r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]"
    assert re.fullmatch(rf'127\.0\.0\.1 - - {date} "GET / HTTP/1\.1" 200 \d+ "http://x/" "test"', first)
    assert re.fullmatch(rf'127\.0\.0\.1 - - {date} "GET /none HTTP/1\.1" 404 \d+ "-" "-"', second)
