import pytest

from lateen.explain.question import Client, WrongQuestionError, parse_call, parse_headers, parse_question
from lateen.simulation.call import Protocol


@pytest.mark.parametrize(
    ("url", "protocol", "host", "port", "path"),
    [
        ("http://reviews:9080/reviews/1?a=b", Protocol.HTTP, "reviews", 9080, "/reviews/1?a=b"),
        ("http://reviews", Protocol.HTTP, "reviews", 80, "/"),
        ("https://shop.example.com/", Protocol.HTTPS, "shop.example.com", 443, "/"),
        ("tls://db:5432", Protocol.TLS, "db", 5432, "/"),
        ("10.0.0.1:3306", Protocol.TCP, "10.0.0.1", 3306, "/"),
        ("reviews:9080/x", Protocol.HTTP, "reviews", 9080, "/x"),
        ("grpc://greeter:50051/a.B/C", Protocol.HTTP2, "greeter", 50051, "/a.B/C"),
        ("http://[::1]:80/", Protocol.HTTP, "::1", 80, "/"),
    ],
)
def test_urls(url: str, protocol: Protocol, host: str, port: int, path: str) -> None:
    found = parse_question(url)
    assert (found.protocol, found.host, found.port, found.path) == (protocol, host, port, path)


def test_the_host_header_is_the_authority() -> None:
    found = parse_question("http://10.0.0.1:80/", headers={"Host": "shop.example.com", "X-A": "1"})
    assert (found.authority, found.host, found.headers) == ("shop.example.com", "10.0.0.1", {"x-a": "1"})


def test_the_clients_side() -> None:
    assert parse_question("http://a/", client=Client(tls=True)).protocol is Protocol.HTTPS
    assert parse_question("http://a/", client=Client(h2=True)).protocol is Protocol.HTTP2
    shown = parse_question("tcp://a:1", client=Client(certificate=True))
    assert (shown.protocol, shown.client_certificate) == (Protocol.TLS, True)


@pytest.mark.parametrize("url", ["tcp://a", "ftp://a/", "http://a:x/", "tcp://a:0", "http:///x"])
def test_what_is_not_understood(url: str) -> None:
    with pytest.raises(WrongQuestionError):
        parse_question(url)


def test_headers() -> None:
    assert parse_headers(["End-User: jason", "x: a:b"]) == {"end-user": "jason", "x": "a:b"}
    with pytest.raises(WrongQuestionError):
        parse_headers(["nothing"])


@pytest.mark.parametrize(
    ("words", "method", "protocol"),
    [
        (["GET", "reviews:9080"], "GET", Protocol.HTTP),
        (["post", "http://a/"], "POST", Protocol.HTTP),
        (["reviews:9080"], "GET", Protocol.TCP),
        (["https://a/"], "GET", Protocol.HTTPS),
    ],
)
def test_a_method_makes_a_request(words: list[str], method: str, protocol: Protocol) -> None:
    found = parse_call(words)
    assert (found.method, found.protocol) == (method, protocol)


@pytest.mark.parametrize("words", [[], ["GET"], ["GET", "POST"], ["GET", "http://a/", "http://b/"]])
def test_what_is_no_call(words: list[str]) -> None:
    with pytest.raises(WrongQuestionError, match="is no call; write GET http://HOST"):
        parse_call(words)
