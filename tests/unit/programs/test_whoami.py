import json

from tests.unit.programs.conftest import Serve

from lateen.programs.whoami import WhoAmI


def test_the_text_is_traefiks(served: Serve) -> None:
    one = served(WhoAmI(name="me", host="pod-1").answer)
    reply = one.ask("/path?x=y", headers={"x-b": "2", "accept": "*/*", "user-agent": "test"})
    lines = reply.body.decode().splitlines()
    assert lines[:3] == ["Name: me", "Hostname: pod-1", "IP: 127.0.0.1"]
    assert any(line.startswith("RemoteAddr: 127.0.0.1:") for line in lines)
    assert lines[-6:] == [
        "GET /path?x=y HTTP/1.1",
        f"Host: {one.url.removeprefix('http://')}",
        "User-Agent: test",
        "Accept: */*",
        "X-B: 2",
        "",
    ]


def test_the_api_and_health(served: Serve) -> None:
    one = served(WhoAmI(host="pod-1").answer)
    described = json.loads(one.ask("/api?x=y", headers={"X-A": "1"}).body)
    assert described["hostname"] == "pod-1"
    assert described["url"] == "/api?x=y"
    assert described["headers"]["X-A"] == ["1"]
    assert one.ask("/health", "POST", body=b"503").status == 200
    assert one.ask("/health").status == 503
    assert one.ask("/health", "POST", body=b"7").status == 400


def test_data_and_bench(served: Serve) -> None:
    one = served(WhoAmI().answer)
    content = one.ask("/data?size=2&unit=KB").body
    assert len(content) == 2048
    assert content.startswith(b"|ABC")
    assert content.endswith(b"|")
    assert one.ask("/data?size=x").status == 400
    assert one.ask("/bench").body == b"1"
    assert one.ask("/?wait=10ms").status == 200
