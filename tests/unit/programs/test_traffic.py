import json
import os
import time
from itertools import count

import pytest
from tests.unit.programs.conftest import Serve

from lateen.programs.http_server import Request, Response, text_response
from lateen.programs.traffic import Output, Sender, parse_load


def sent(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    Sender(parse_load(list(arguments)), Output()).run()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def url(served: Serve) -> str:
    numbers = count()

    def answer(request: Request) -> Response:
        version = f"v{next(numbers) % 2 + 1}"
        response = text_response(f"{request.method} {request.headers.get('x-user')} <u>reviews-{version}-x</u>")
        return Response(200, response.body, [*response.headers, ("X-Version", version)])

    return served(answer).url


def test_each_answer_is_a_line(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = sent(capsys, url, "-n", "4", "--match", "<u>reviews-(v[0-9])", "--show-header", "x-version")
    assert sorted(line["i"] for line in lines) == [0, 1, 2, 3]  # type: ignore[type-var]
    assert {line["status"] for line in lines} == {200}
    assert sorted(str(line["match"]) for line in lines) == ["v1", "v1", "v2", "v2"]
    assert all(line["headers"] == {"x-version": line["match"]} for line in lines)


def test_requests_are_as_asked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = sent(capsys, url, "-X", "POST", "-H", "x-user: jason", "-d", "x", "--show-body", "10")
    assert line["body"] == "POST jason"


def test_a_request_can_go_elsewhere_than_its_url_says(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("http://reviews:9080/x", "--connect", url.removeprefix("http://"), "--show-headers")
    (line,) = sent(capsys, *arguments)
    assert line["status"] == 200
    assert line["headers"]["x-version"] == "v1"  # type: ignore[index]


def test_many_at_once_over_kept_connections(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = sent(capsys, url, "-n", "50", "-c", "8", "--keep-alive", "--match", "no such text")
    assert len({str(line["i"]) for line in lines}) == 50
    assert all(line["match"] is None for line in lines)


def test_the_rate_spaces_the_requests(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    sent(capsys, url, "-n", "6", "--rate", "50")
    assert time.monotonic() - started >= 0.1


def test_connections_are_lines_too(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = sent(capsys, "tcp" + url.removeprefix("http"))
    assert (line["open"], "status" in line) == (True, False)
    (tls,) = sent(capsys, "tls" + url.removeprefix("http"), "--sni", "a.com", "--alpn", "h2,http/1.1")
    assert "error" in tls


def test_http_2_is_asked_for(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = sent(capsys, url, "--http2", "--timeout", "5")
    assert str(line["error"]).startswith(("no HTTP/2", "connection closed"))


def test_failures_are_lines_too(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = sent(capsys, "http://127.0.0.1:1/")
    assert line["error"] == "connection refused"
    assert "status" not in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["http://x/", "-n", "0"], "between 1 and 1000000 requests"),
        (["http://x/", "-c", "9999"], "at most 256 at once"),
        (["ftp://x/"], "only http:// and https:// are supported"),
        (["http://x/", "-H", "nonsense"], "expected NAME:VALUE"),
        (["http://x/", "--match", "("], "missing \\)"),
        (["http://x/", "--rate", "-1"], "negative"),
        (["http://x/", "--connect", "x"], "expected HOST:PORT"),
    ],
)
def test_bad_arguments_are_explained(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_load(arguments)
    assert message.replace("\\", "") in capsys.readouterr().err


def test_it_stops_when_nobody_reads(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as broken:
        monkeypatch.setattr("sys.stdout", broken)
        output = Output()
        Sender(parse_load([url, "-n", "1000000"]), output).run()
        assert output.broken
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)
