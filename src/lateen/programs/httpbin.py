"""The request inspector httpbin: answers with what was asked.

It speaks as go-httpbin does (every header and argument is a list); `--flat` makes it speak as the original in Python.
"""

import base64
import json
import os
import random
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lateen.programs.http_server import Request, Response, log_requests, serve, text_response
from lateen.programs.json_answer import json_response

_DELAY_MOST_SECONDS = 10.0
_BYTES_MOST = 100 << 10
_LINES_MOST = 100
_REDIRECTS = (301, 302, 303, 307, 308)
_HTML = """<!DOCTYPE html>
<html>
  <head><title>Moby-Dick</title></head>
  <body>
    <h1>Herman Melville - Moby-Dick</h1>
    <p>Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse,
    and nothing particular to interest me on shore, I thought I would sail about a little and see the watery part
    of the world.</p>
  </body>
</html>
"""
_INDEX = "<!DOCTYPE html>\n<html><head><title>httpbin.org</title></head><body><ul>\n{}</ul></body></html>\n"
_SLIDES = {
    "slideshow": {
        "author": "Yours Truly",
        "date": "date of publication",
        "slides": [{"title": "Wake up to WonderWidgets!", "type": "all"}],
        "title": "Sample Slide Show",
    }
}


@dataclass(frozen=True)
class HttpBin:
    """One style of the service."""

    flat: bool = False

    def answer(self, request: Request) -> Response:
        """One request."""
        first, _, rest = request.path.strip("/").partition("/")
        endpoint = self._endpoints().get(first)
        if endpoint is None:
            return _error(404, "Not Found")
        method = first.upper()
        if method in ("GET", "POST", "PUT", "PATCH", "DELETE") and request.method not in (method, "HEAD"):
            return _error(405, "Method Not Allowed")
        try:
            return endpoint(request, rest)
        except ValueError as failure:
            return _error(400, str(failure))

    def _endpoints(self) -> dict[str, Callable[[Request, str], Response]]:
        bodies = dict.fromkeys(("post", "put", "patch", "delete", "anything"), self._with_body)
        redirects = dict.fromkeys(("redirect", "relative-redirect", "absolute-redirect"), _redirect)
        return {
            "": self._index,
            "get": self._get,
            **bodies,
            **redirects,
            "basic-auth": _basic_auth,
            "bearer": _bearer,
            "bytes": _random_bytes,
            "cookies": self._cookies,
            "delay": self._delay,
            "headers": lambda request, _: self._json({"headers": self._headers(request)}),
            "hostname": lambda *_: self._json({"hostname": os.environ.get("HOSTNAME") or socket.gethostname()}),
            "html": lambda *_: text_response(_HTML, kind="text/html; charset=utf-8"),
            "ip": lambda request, _: self._json({"origin": _origin(request)}),
            "json": lambda *_: self._json(_SLIDES),
            "redirect-to": _redirect_to,
            "response-headers": self._response_headers,
            "robots.txt": lambda *_: text_response("User-agent: *\nDisallow: /deny\n"),
            "status": _status,
            "stream": self._stream,
            "stream-bytes": _random_bytes,
            "unstable": _unstable,
            "user-agent": lambda request, _: self._json({"user-agent": request.headers.get("user-agent")}),
            "uuid": lambda *_: self._json({"uuid": str(uuid.uuid4())}),
        }

    def _index(self, request: Request, rest: str) -> Response:
        names = "".join(f"<li>/{name}</li>\n" for name in sorted(self._endpoints()) if name)
        return text_response(_INDEX.format(names), kind="text/html; charset=utf-8")

    def _get(self, request: Request, rest: str) -> Response:
        return self._json(self._description(request))

    def _with_body(self, request: Request, rest: str) -> Response:
        return self._json(self._description(request) | self._body(request))

    def _delay(self, request: Request, rest: str) -> Response:
        time.sleep(min(_number(rest.removesuffix("s")), _DELAY_MOST_SECONDS))
        return self._with_body(request, rest)

    def _description(self, request: Request) -> dict[str, object]:
        described: dict[str, object] = {"args": self._several(request.query), "headers": self._headers(request)}
        if not self.flat or request.path.startswith("/anything"):
            described["method"] = request.method
        return described | {"origin": _origin(request), "url": _own_url(request, request.target)}

    def _body(self, request: Request) -> dict[str, object]:
        text = request.body.decode("utf-8", "replace")
        kind = request.headers.get("content-type").partition(";")[0].strip()
        is_form = kind == "application/x-www-form-urlencoded"
        form = self._several(list(request.form.items())) if is_form else {}
        try:
            parsed = json.loads(text) if kind == "application/json" else None
        except ValueError:
            parsed = None
        return {"data": "" if is_form and self.flat else text, "files": {}, "form": form, "json": parsed}

    def _headers(self, request: Request) -> dict[str, object]:
        named = [("-".join(word.capitalize() for word in name.split("-")), value) for name, value in request.headers]
        return self._several([pair for pair in named if pair[0] != "Connection"])

    def _several(self, pairs: list[tuple[str, str]]) -> dict[str, object]:
        lists: dict[str, list[str]] = {}
        for name, value in sorted(pairs, key=lambda pair: pair[0]):
            lists.setdefault(name, []).append(value)
        return {name: ",".join(values) if self.flat else values for name, values in lists.items()}

    def _cookies(self, request: Request, rest: str) -> Response:
        if rest == "set":
            return _cookies_set([f"{name}={value}; Path=/" for name, value in request.query])
        if rest == "delete":
            return _cookies_set([f"{name}=; Path=/; Max-Age=0" for name, _ in request.query])
        return self._json({"cookies": request.cookies})

    def _response_headers(self, request: Request, rest: str) -> Response:
        response = self._json(self._several(request.query))
        safe = [(name, value) for name, value in request.query if "\n" not in name + value and "\r" not in name + value]
        return Response(200, response.body, [*response.headers, *safe])

    def _stream(self, request: Request, rest: str) -> Response:
        described = self._description(request)
        lines = (json.dumps({"id": number} | described).encode() + b"\n" for number in range(_count(rest, _LINES_MOST)))
        return Response(200, lines, (("Content-Type", "application/json"),))

    def _json(self, value: object) -> Response:
        return json_response(value, indent=2)


def _error(status: int, reason: str) -> Response:
    return json_response({"status_code": status, "error": reason}, status, indent=2)


def _origin(request: Request) -> str:
    return request.headers.get("x-forwarded-for").partition(",")[0].strip() or request.client[0]


def _own_url(request: Request, target: str) -> str:
    scheme = request.headers.get("x-forwarded-proto", "http")
    return f"{scheme}://{request.headers.get('host')}{target}"


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
    if not number >= 0:
        raise ValueError(f"{text!r} is negative")
    return number


def _count(text: str, most: int) -> int:
    return int(min(_number(text), most))


def _status(request: Request, rest: str) -> Response:
    codes, weights = [], []
    for choice in rest.split(","):
        code, _, weight = choice.partition(":")
        if not code.isdecimal() or not 200 <= int(code) <= 599:
            raise ValueError("invalid status code: expected 200 to 599")
        codes.append(int(code))
        weights.append(_number(weight) if weight else 1.0)
    status = random.choices(codes, weights)[0]  # noqa: S311 - no secret
    headers = (("Location", "/redirect/1"),) if status in _REDIRECTS else ()
    return Response(status, b"", headers)


def _unstable(request: Request, rest: str) -> Response:
    rate = _number(dict(request.query).get("failure_rate", "0.5"))
    return Response(500 if random.random() < rate else 200)  # noqa: S311 - no secret


def _random_bytes(request: Request, rest: str) -> Response:
    seed = dict(request.query).get("seed")
    content = random.Random(seed).randbytes(_count(rest, _BYTES_MOST))  # noqa: S311 - no secret
    kind = (("Content-Type", "application/octet-stream"),)
    if request.path.startswith("/stream-bytes"):
        return Response(200, _parts(content), kind)
    return Response(200, content, kind)


def _parts(content: bytes) -> Iterator[bytes]:
    yield from (content[start : start + 10240] for start in range(0, len(content), 10240))


def _redirect(request: Request, rest: str) -> Response:
    left = _count(rest, _LINES_MOST)
    if left < 1:
        raise ValueError("the number of redirects must be at least 1")
    kind = request.path.strip("/").partition("/")[0]
    target = f"/{kind}/{left - 1}" if left > 1 else "/get"
    return Response(302, b"", (("Location", _own_url(request, target) if kind == "absolute-redirect" else target),))


def _redirect_to(request: Request, rest: str) -> Response:
    query = dict(request.query)
    status = _count(query.get("status_code", "302"), 599)
    if "\r" in query.get("url", "\r") or "\n" in query["url"] or not 300 <= status <= 399:
        raise ValueError("expected url=URL, and status_code=3xx if given")
    return Response(status, b"", (("Location", query["url"]),))


def _cookies_set(cookies: list[str]) -> Response:
    if any("\r" in cookie or "\n" in cookie for cookie in cookies):
        raise ValueError("a cookie can't hold line ends")
    return Response(302, b"", [("Location", "/cookies"), *(("Set-Cookie", cookie) for cookie in cookies)])


def _basic_auth(request: Request, rest: str) -> Response:
    user, _, password = rest.partition("/")
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    if request.headers.get("authorization") == expected:
        return json_response({"authenticated": True, "authorized": True, "user": user}, indent=2)
    return Response(401, b"", (("WWW-Authenticate", 'Basic realm="Fake Realm"'),))


def _bearer(request: Request, rest: str) -> Response:
    scheme, _, token = request.headers.get("authorization").partition(" ")
    if scheme == "Bearer" and token:
        return json_response({"authenticated": True, "token": token}, indent=2)
    return Response(401, b"", (("WWW-Authenticate", "Bearer"),))


if __name__ == "__main__":
    serve(HttpBin(flat="--flat" in sys.argv[1:]).answer, 8080, log_requests)
