"""Traefik's whoami: tells who was asked, by whom, and how."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from lateen.programs.http_server import Request, Response, serve, text_response
from lateen.programs.json_answer import json_response

_UNITS = {"": 1, "B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_DATA_MOST = 100 << 20
_WAIT_MOST_SECONDS = 300.0
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ-"


@dataclass
class WhoAmI:
    """One instance; `name` is shown first when it is set, /health answers `health`."""

    name: str = ""
    host: str = field(default_factory=lambda: os.environ.get("HOSTNAME") or socket.gethostname())
    health: int = 200

    def answer(self, request: Request) -> Response:
        """One request."""
        match request.path:
            case "/api":
                return json_response(self._description(request))
            case "/health":
                return self._health(request)
            case "/bench":
                return text_response("1", kind="text/plain")
            case "/data":
                return _data(dict(request.query))
            case "/echo":
                return Response(200, request.body, (("Content-Type", "text/plain; charset=utf-8"),))
        query = dict(request.query)
        if wait := _seconds(query.get("wait", "")):
            time.sleep(min(wait, _WAIT_MOST_SECONDS))
        return text_response("".join(f"{line}\n" for line in self._lines(request, env=query.get("env") == "true")))

    def _lines(self, request: Request, *, env: bool) -> Iterator[str]:
        if self.name:
            yield f"Name: {self.name}"
        yield f"Hostname: {self.host}"
        yield from (f"IP: {address}" for address in addresses())
        yield f"RemoteAddr: {_remote(request)}"
        yield f"{request.method} {request.target} HTTP/1.1"
        yield f"Host: {request.headers.get('host')}"
        yield from (f"{name}: {value}" for name, value in _in_go_order(request))
        yield ""
        if env:
            yield from (f"{name}={value}" for name, value in os.environ.items())

    def _description(self, request: Request) -> dict[str, object]:
        headers: dict[str, list[str]] = {}
        for name, value in _in_go_order(request):
            headers.setdefault(name, []).append(value)
        described: dict[str, object] = {"hostname": self.host, "ip": addresses(), "headers": headers}
        described |= {"url": request.target, "host": request.headers.get("host"), "method": request.method}
        return described | ({"name": self.name} if self.name else {}) | {"remoteAddr": _remote(request)}

    def _health(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(self.health)
        text = request.body.decode("latin-1").strip()
        if not text.isdecimal() or not 100 <= int(text) <= 599:
            return text_response("expected a status code as the body\n", 400)
        self.health = int(text)
        return text_response(f"Update health check status code [{self.health}]\n")


def addresses() -> list[str]:
    """This pod's addresses, loopback first."""
    found = ["127.0.0.1", "::1"] if socket.has_ipv6 else ["127.0.0.1"]
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # Sends nothing: the kernel only chooses the address it would come from.
        found.append(probe.getsockname()[0])
    return found


def _in_go_order(request: Request) -> list[tuple[str, str]]:
    named = [("-".join(word.capitalize() for word in name.split("-")), value) for name, value in request.headers]
    others = [pair for pair in named if pair[0] not in ("Host", "Connection")]
    return sorted(others, key=lambda pair: (pair[0] != "User-Agent", pair[0]))


def _remote(request: Request) -> str:
    host, port = request.client
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _data(query: dict[str, str]) -> Response:
    size, unit = query.get("size", "1"), query.get("unit", "").upper()
    if not size.isdecimal() or unit not in _UNITS or int(size) * _UNITS[unit] > _DATA_MOST:
        return text_response("expected size=NUMBER and unit=KB|MB|GB, at most 100 MB\n", 400)
    count = int(size) * _UNITS[unit]
    content = b"|" + (_LETTERS * (count // len(_LETTERS) + 1))[: max(count - 2, 0)] + b"|"
    return Response(200, content[:count], (("Content-Type", "text/plain"),))


def _seconds(text: str) -> float:
    for unit, factor in (("ms", 0.001), ("s", 1.0), ("m", 60.0)):
        number = text.removesuffix(unit)
        if number != text and number.replace(".", "", 1).isdecimal():
            return float(number) * factor
    return 0.0


def main() -> None:
    """Serve, with the settings of the image's flags and variables."""
    words = [word for argument in sys.argv[1:] for word in argument.split("=", 1)]
    flagged = [words[i + 1] for i, word in enumerate(words[:-1]) if word in ("--name", "-name")]
    name = (flagged or [os.environ.get("WHOAMI_NAME", "")])[0]
    serve(WhoAmI(name).answer, 80, variables=("WHOAMI_PORT_NUMBER", "PORT"))


if __name__ == "__main__":
    main()
