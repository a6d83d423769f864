import json
from typing import Any

import pytest
from tests.unit.programs.conftest import Serve, Served

from lateen.programs.http_client import Reply
from lateen.programs.httpbin import HttpBin


@pytest.fixture
def bin(served: Serve) -> Served:
    return served(HttpBin().answer)


def parsed(reply: Reply) -> Any:  # JSON
    assert reply.headers.get("content-type").startswith("application/json")
    return json.loads(reply.body)


def test_get_tells_what_was_asked(bin: Served) -> None:
    answer = parsed(bin.ask("/get?a=1&a=2&b=", headers={"x-test": "yes", "X-Forwarded-For": "192.0.2.1, 10.0.0.1"}))
    assert answer["args"] == {"a": ["1", "2"], "b": [""]}
    assert answer["headers"]["X-Test"] == ["yes"]
    assert answer["origin"] == "192.0.2.1"
    assert answer["method"] == "GET"
    assert answer["url"] == f"{bin.url}/get?a=1&a=2&b="
    assert bin.ask("/get", "POST").status == 405


def test_the_flat_style(served: Serve) -> None:
    flat = served(HttpBin(flat=True).answer)
    answer = parsed(flat.ask("/get?a=1&a=2", headers={"X-Test": "yes"}))
    assert answer["args"] == {"a": "1,2"}
    assert answer["headers"]["X-Test"] == "yes"
    assert "method" not in answer
    form = parsed(flat.ask("/post", "POST", {"Content-Type": "application/x-www-form-urlencoded"}, b"a=b"))
    assert (form["form"], form["data"]) == ({"a": "b"}, "")


def test_bodies(bin: Served) -> None:
    answer = parsed(bin.ask("/post", "POST", {"Content-Type": "application/json"}, b'{"x": 1}'))
    assert (answer["json"], answer["data"]) == ({"x": 1}, '{"x": 1}')
    anything = parsed(bin.ask("/anything/deep/er", "PATCH", body=b"text"))
    assert (anything["method"], anything["data"], anything["json"]) == ("PATCH", "text", None)


def test_status(bin: Served) -> None:
    assert bin.ask("/status/418").status == 418
    assert {bin.ask("/status/200:1,503:1").status for _ in range(40)} == {200, 503}
    assert bin.ask("/status/abc").status == 400
    assert bin.ask("/status/99").status == 400


def test_redirects(bin: Served) -> None:
    assert bin.ask("/redirect/3").headers.get("location") == "/redirect/2"
    assert bin.ask("/redirect/1").headers.get("location") == "/get"
    assert bin.ask("/absolute-redirect/1").headers.get("location") == f"{bin.url}/get"
    there = bin.ask("/redirect-to?url=http%3A%2F%2Fx%2F&status_code=307")
    assert (there.status, there.headers.get("location")) == (307, "http://x/")
    assert bin.ask("/redirect-to?url=a%0d%0aX:y").status == 400


def test_generated_content(bin: Served) -> None:
    assert len(bin.ask("/bytes/100").body) == 100
    assert bin.ask("/bytes/10?seed=1").body == bin.ask("/bytes/10?seed=1").body
    assert len(bin.ask("/stream-bytes/20000").body) == 20000
    lines = bin.ask("/stream/3").body.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [0, 1, 2]
    assert len(parsed(bin.ask("/uuid"))["uuid"]) == 36
    assert "slideshow" in parsed(bin.ask("/json"))
    assert b"Moby-Dick" in bin.ask("/html").body
    assert bin.ask("/bytes/-1").status == 400


def test_cookies_and_headers(bin: Served) -> None:
    assert parsed(bin.ask("/cookies", headers={"Cookie": "a=1; b=2"})) == {"cookies": {"a": "1", "b": "2"}}
    assert bin.ask("/cookies/set?a=1").headers.get("set-cookie") == "a=1; Path=/"
    assert bin.ask("/response-headers?X-My=yes").headers.get("x-my") == "yes"
    assert parsed(bin.ask("/user-agent", headers={"User-Agent": "me"})) == {"user-agent": "me"}
    assert parsed(bin.ask("/ip")) == {"origin": "127.0.0.1"}
    assert parsed(bin.ask("/headers"))["headers"]["Host"] == [bin.url.removeprefix("http://")]


def test_authentication(bin: Served) -> None:
    assert bin.ask("/basic-auth/u/p").status == 401
    assert bin.ask("/basic-auth/u/p", headers={"Authorization": "Basic dTpw"}).status == 200
    assert bin.ask("/bearer", headers={"Authorization": "Bearer t"}).status == 200
    assert bin.ask("/bearer").status == 401


def test_delay_and_unknown_paths(bin: Served) -> None:
    assert parsed(bin.ask("/delay/0.01"))["method"] == "GET"
    assert bin.ask("/delay/x").status == 400
    assert bin.ask("/nothing").status == 404
    assert b"/headers" in bin.ask("/").body
