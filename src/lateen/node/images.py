"""The table of images: what is built in, and what users add to it."""

import shlex
import shutil
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from lateen.api.codec import from_yaml
from lateen.node.image import Image

USER_FILE = "images.yaml"
"""The users' table, in the mesh's state folder; `lateen up --images FILE` names another."""

_CURL = 'if [ "${1#-}" != "$1" ] || ! command -v "$1" >/dev/null; then set -- curl "$@"; fi; exec "$@"'
"""As the curl image's own entry point: options are curl's, anything else is a command."""


def image_table(files: Iterable[Path] = ()) -> tuple[Image, ...]:
    """All lines in the order they are tried: `files` first, then what is built in.

    Raises ValueError naming file and line number of what is wrong; a file that doesn't exist adds nothing.
    """
    return (*(image for file in files for image in _read(file)), *built_in_images())


def hint(files: Iterable[Path]) -> str:
    """What to do about an image that is not in the table."""
    file = next(iter(files), Path(USER_FILE))
    return (
        f"it is not in the table that `lateen images` prints; add a pattern and a command to {file}, or annotate "
        "the pod with lateen.dev/image.<container>: <command line>"
    )


def _program(module: str) -> tuple[str, ...]:
    # -P: the container's working folder is not a place to import from.
    return (sys.executable, "-P", "-m", f"lateen.programs.{module}")


@cache
def built_in_images() -> tuple[Image, ...]:
    """What every mesh knows."""
    return (
        Image("*/proxyv2:*", proxy=True, about="stock Envoy"),
        Image("auto", proxy=True, about="stock Envoy"),
        Image("auto:*", proxy=True, about="stock Envoy"),
        *_bookinfo(),
        Image("curlimages/curl*", ("sh", "-c", _CURL, "curl"), ("--version",), about="this machine's curl"),
        Image("*sleep:*", ("sleep",), ("infinity",), about="waits"),
        Image("busybox:*", ("sh",), about="this machine's programs"),
        Image(
            "kennethreitz/httpbin:*", (*_program("httpbin"), "--flat"), env={"PORT": "80"}, about="request inspector"
        ),
        Image("mccutchen/go-httpbin:*", _program("httpbin"), env={"PORT": "8080"}, about="request inspector"),
        Image("*/go-httpbin:*", _program("httpbin"), env={"PORT": "8080"}, about="request inspector"),
        *(
            Image(
                f"*/examples-helloworld-{version}:*",
                _program("helloworld"),
                env={"SERVICE_VERSION": version, "PORT": "5000"},
                about=f"hello from {version}",
            )
            for version in ("v1", "v2")
        ),
        Image("*/tcp-echo-server:*", _program("tcp_echo"), ("9000", "hello"), about="gives lines back behind a word"),
        Image("traefik/whoami:*", _program("whoami"), env={"PORT": "80"}, about="says who was asked"),
        Image("containous/whoami:*", _program("whoami"), env={"PORT": "80"}, about="says who was asked"),
        *_nginx(),
    )


def _bookinfo() -> Iterable[Image]:
    for service, version in (("productpage", "v1"), ("details", "v1"), ("ratings", "v1")):
        yield _bookinfo_image(service, version, {})
    for version in ("v1", "v2", "v3"):
        yield _bookinfo_image("reviews", version, _REVIEWS[version])


_REVIEWS = {
    "v1": {"ENABLE_RATINGS": "false"},
    "v2": {"ENABLE_RATINGS": "true", "STAR_COLOR": "black"},
    "v3": {"ENABLE_RATINGS": "true", "STAR_COLOR": "red"},
}


def _bookinfo_image(service: str, version: str, env: dict[str, str]) -> Image:
    return Image(
        f"*examples-bookinfo-{service}-{version}:*",
        _program(f"bookinfo.{service}"),
        env={"PORT": "9080", "SERVICE_VERSION": version, **env},
        about=f"bookinfo's {service} {version}",
    )


def _nginx() -> Iterable[Image]:
    path = shutil.which("nginx", path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    if path:
        yield Image("nginx:*", (path, "-g", "daemon off;"), about="this machine's nginx")
    else:
        about = "serves files; nginx is not installed here"
        yield Image("nginx:*", _program("static"), env={"PORT": "80"}, about=about)
    about = "serves files"
    yield Image("nginxinc/nginx-unprivileged:*", _program("static"), env={"PORT": "8080"}, about=about)


def _read(file: Path) -> Iterable[Image]:
    try:
        document = from_yaml(file.read_text())
    except FileNotFoundError:
        return
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None
    lines = document.get("images") if isinstance(document, dict) else None
    if not isinstance(lines, list):
        raise ValueError(f"{file}: expected `images:` with a list of patterns and commands")
    for number, line in enumerate(lines, 1):
        yield _line(file, number, line)


def _line(file: Path, number: int, line: object) -> Image:
    where = f"{file}: image {number}"
    if not isinstance(line, dict) or not isinstance(line.get("pattern"), str):
        raise ValueError(f'{where}: expected a pattern, as in `pattern: "example.com/app:*"`')
    command, env = line.get("command"), line.get("env") or {}
    if isinstance(command, str):
        command = shlex.split(command)
    if not isinstance(command, list) or not command:
        raise ValueError(f"{where}: expected a command, a list or a line of words")
    if not isinstance(env, dict):
        raise ValueError(f"{where}: expected env to be a map")
    return Image(
        pattern=line["pattern"],
        entrypoint=tuple(map(str, command)),
        arguments=tuple(map(str, line.get("args") or ())),
        env={str(key): str(value) for key, value in env.items()},
        about=str(line.get("about") or ""),
        origin=str(file),
    )
