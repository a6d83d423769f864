"""A server of files that answers and logs as nginx does out of the box."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lateen.programs.http_server import MONTHS, Request, Response, http_date, say, serve

_ROOT = "/usr/share/nginx/html"
_HTML = "text/html"
_KINDS = {
    ".css": "text/css", ".gif": "image/gif", ".html": _HTML, ".htm": _HTML, ".ico": "image/x-icon",
    ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".js": "application/javascript", ".json": "application/json",
    ".png": "image/png", ".svg": "image/svg+xml", ".txt": "text/plain", ".xml": "text/xml",
}  # fmt: skip
_REASONS = {403: "Forbidden", 404: "Not Found", 405: "Not Allowed"}
_WELCOME = b"""<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the stand-in for nginx works: it serves files as nginx does.</p>
</body>
</html>
"""


@dataclass(frozen=True)
class Files:
    """Serves the files below `root`; without any, the welcome page."""

    root: Path

    def answer(self, request: Request) -> Response:
        """One request."""
        if request.method not in ("GET", "HEAD"):
            return _error(405)
        file = self._file(request.path)
        if file is None:
            return _error(404)
        if file.is_dir():
            return self._folder(request, file)
        return _content(request, file)

    def _file(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        root = self.root.resolve()
        file = (root / path.lstrip("/")).resolve()
        return file if file == root or root in file.parents else None

    def _folder(self, request: Request, folder: Path) -> Response:
        if not request.path.endswith("/"):
            return Response(301, _page(301, "Moved Permanently"), (("Location", quote(request.path) + "/"), _HTML_KIND))
        if (folder / "index.html").is_file():
            return _content(request, folder / "index.html")
        return _error(403)


@dataclass(frozen=True)
class Welcome:
    """What is served where there are no files."""

    def answer(self, request: Request) -> Response:
        """The welcome page at / and /index.html."""
        if request.method not in ("GET", "HEAD"):
            return _error(405)
        if request.path in ("/", "/index.html"):
            return Response(200, _WELCOME, (("Server", "nginx"), _HTML_KIND))
        return _error(404)


_HTML_KIND = ("Content-Type", _HTML)


def _content(request: Request, file: Path) -> Response:
    try:
        status = file.stat()
        changed = http_date(status.st_mtime)
        tag = f'"{int(status.st_mtime):x}-{status.st_size:x}"'
        headers = (("Server", "nginx"), ("Last-Modified", changed), ("ETag", tag), ("Accept-Ranges", "none"))
        if tag in request.headers.get("if-none-match") or request.headers.get("if-modified-since") == changed:
            return Response(304, b"", headers)
        kind = _KINDS.get(file.suffix.lower(), "application/octet-stream")
        return Response(200, file.read_bytes(), (*headers, ("Content-Type", kind)))
    except FileNotFoundError:
        return _error(404)
    except PermissionError:
        return _error(403)


def _error(status: int) -> Response:
    return Response(status, _page(status, _REASONS[status]), (("Server", "nginx"), _HTML_KIND))


def _page(status: int, reason: str) -> bytes:
    title = f"{status} {reason}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    ).encode()


def combined_log(request: Request, response: Response) -> None:
    """A line in nginx's `combined` format."""
    at = time.localtime()
    zone = time.strftime("%z", at)
    clock = f"{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} {zone}"
    when = f"{at.tm_mday:02}/{MONTHS[at.tm_mon - 1]}/{at.tm_year}:{clock}"
    size = 0 if request.method == "HEAD" or not isinstance(response.body, bytes) else len(response.body)
    line = f'{request.client[0]} - - [{when}] "{request.method} {request.target} {request.version}"'
    referer, agent = (request.headers.get(name, "-") for name in ("referer", "user-agent"))
    say(f'{line} {response.status} {size} "{referer}" "{agent}"')


def main() -> None:
    """Serve the folder that `--root` or $ROOT names, nginx's own if it exists."""
    words = [word for argument in sys.argv[1:] for word in argument.split("=", 1)]
    named = words[words.index("--root") + 1] if "--root" in words[:-1] else os.environ.get("ROOT", _ROOT)
    handler = Files(Path(named)).answer if Path(named).is_dir() else Welcome().answer
    serve(handler, 80, combined_log)


if __name__ == "__main__":
    main()
