"""What is asked: one request or connection, as a user writes it."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from lateen.simulation.call import Protocol

DEFAULT_PORTS = {"http": 80, "https": 443, "tls": 443}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
SCHEMES = ("http", "https", "tcp", "tls", "grpc")


class WrongQuestionError(ValueError):
    """What was asked cannot be understood; the message says what to write instead."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`host` and `port` are what the client dials, `authority` is the Host header. `sni` and `alpn` "" are the usual.

    `inbound` asks for the other end only: what a workload's proxy does with a call that arrives.
    """

    url: str
    protocol: Protocol
    host: str
    port: int
    authority: str
    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = {}
    sni: str = ""
    alpn: str = ""
    client_certificate: bool = False
    inbound: bool = False

    @property
    def is_http(self) -> bool:
        """Whether the client sends requests, within TLS or not."""
        return self.protocol not in {Protocol.TCP, Protocol.TLS}


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """The client's side of the connection. `tls`: it speaks TLS itself; `h2`: HTTP/2; `certificate`: it shows one."""

    tls: bool = False
    sni: str = ""
    alpn: str = ""
    h2: bool = False
    certificate: bool = False


def parse_question(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    client: Client | None = None,
    inbound: bool = False,
) -> Question:
    """The question of a URL: `http://reviews:9080/reviews/1`, `tls://host:443`, `10.0.0.1:3306`.

    Raises WrongQuestionError.
    """
    side = client or Client()
    text = url if "://" in url else _with_scheme(url)
    try:
        split = urlsplit(text)
        port = split.port
    except ValueError as error:
        raise WrongQuestionError(f"{url}: {error}") from None
    if split.scheme not in SCHEMES or not split.hostname:
        raise WrongQuestionError(f"{url}: write http://HOST:PORT/PATH, https://…, tcp://HOST:PORT or tls://HOST:PORT")
    if port == 0:
        raise WrongQuestionError(f"{url}: there is no port 0")
    if port is None and split.scheme not in DEFAULT_PORTS:
        raise WrongQuestionError(f"{url}: name the port, as in {split.scheme}://{split.hostname}:3306")
    given = {name.lower(): value for name, value in (headers or {}).items()}
    authority = given.pop("host", given.pop(":authority", "")) or split.netloc.rpartition("@")[2]
    return Question(
        url=url,
        protocol=_protocol(split.scheme, tls=side.tls or side.certificate, h2=side.h2),
        host=split.hostname,
        port=port or DEFAULT_PORTS[split.scheme],
        authority=authority,
        method=method.upper(),
        path=(split.path or "/") + (f"?{split.query}" if split.query else ""),
        headers=given,
        sni=side.sni,
        alpn=side.alpn,
        client_certificate=side.certificate,
        inbound=inbound,
    )


def parse_call(
    words: Sequence[str],
    *,
    method: str = "",
    headers: Mapping[str, str] | None = None,
    client: Client | None = None,
    inbound: bool = False,
) -> Question:
    """The question of `GET http://reviews:9080/`, or of the URL alone. A method before it, or in `method`, makes a
    request of what else could be a connection, `reviews:9080`. Raises WrongQuestionError."""
    if len(words) not in {1, 2} or words[-1] in METHODS:
        text = " ".join(words)
        raise WrongQuestionError(f"{text!r} is no call; write GET http://HOST:PORT/PATH, or tcp://HOST:PORT")
    *verbs, url = words
    verb = method or next(iter(verbs), "")
    if verb and "://" not in url:
        url = f"http://{url}"
    return parse_question(url, method=verb or "GET", headers=headers, client=client, inbound=inbound)


def parse_headers(lines: Iterable[str]) -> dict[str, str]:
    """Headers as curl takes them: `name: value`. Raises WrongQuestionError."""
    headers: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.partition(":")
        if not separator or not name.strip():
            raise WrongQuestionError(f"header {line!r}: write NAME: VALUE")
        headers[name.strip().lower()] = value.strip()
    return headers


def _with_scheme(url: str) -> str:
    """`reviews:9080/path` is meant as a request, `10.0.0.1:3306` as a connection."""
    return f"http://{url}" if "/" in url or ":" not in url else f"tcp://{url}"


def _protocol(scheme: str, *, tls: bool, h2: bool) -> Protocol:
    if scheme == "tls" or (scheme == "tcp" and tls):
        return Protocol.TLS
    if scheme == "tcp":
        return Protocol.TCP
    if scheme == "https" or tls:
        return Protocol.HTTPS
    return Protocol.HTTP2 if h2 or scheme == "grpc" else Protocol.HTTP
