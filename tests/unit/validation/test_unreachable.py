import pytest
from tests.unit.validation.found import in_spec

TO = "route: [{destination: {host: a}}]"


def http(*rules: str) -> list[tuple[str, str]]:
    """What is found in rules that are given by their matches."""
    routes = ", ".join(f"{{match: [{matches}], {TO}}}" if matches else f"{{{TO}}}" for matches in rules)
    found = in_spec("VirtualService", f"{{hosts: [a], http: [{routes}]}}")
    return [(path.removeprefix("http"), code) for path, code in found]


def uri(prefix: str, more: str = "", kind: str = "prefix") -> str:
    return f"{{uri: {{{kind}: {prefix}}}{', ' if more else ''}{more}}}"


GET, POST = "method: {exact: GET}", "method: {exact: POST}"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["", ""], [("[1]", "IST0130")]),
        (["", uri("/a")], [("[1]", "IST0130")]),
        ([uri("/a"), ""], []),
        ([uri("/a"), uri("/a")], [("[1]", "IST0130"), ("[1].match[0]", "IST0131")]),
        ([uri("/a"), uri("/a", "name: other")], [("[1]", "IST0130"), ("[1].match[0]", "IST0131")]),
        ([uri("/a"), f"{uri('/a')}, {uri('/b')}"], [("[1].match[0]", "IST0131")]),
        ([uri("/a"), uri("/ab")], [("[1].match[0]", "IST0131")]),
        ([f"{uri('/a')}, {uri('/ab')}"], [("[0].match[1]", "IST0131")]),
        ([uri("/ab"), uri("/a")], []),
        ([uri("/a"), uri("/ab", kind="exact")], [("[1].match[0]", "IST0131")]),
        ([f"{uri('/')}, {uri('/', kind='exact')}"], []),
        ([uri("/a"), uri("/ab", GET)], [("[1].match[0]", "IST0131")]),
        ([uri("/a", GET), uri("/ab", POST)], []),
        ([uri("/a", GET), uri("/ab")], []),
        ([uri("/a", "headers: {x: {exact: b}}"), uri("/ab")], []),
        ([uri("/a"), uri("/ab", "headers: {x: {exact: b}}")], [("[1].match[0]", "IST0131")]),
        (
            [uri("/a", "headers: {x: {prefix: b}}"), uri("/ab", "headers: {x: {exact: bc}}")],
            [("[1].match[0]", "IST0131")],
        ),
        ([uri("/a", "port: 80"), uri("/ab", "port: 81")], []),
        ([uri("/a", "gateways: [g]"), uri("/ab")], []),
        ([uri("/a"), uri("/Ab", "ignoreUriCase: true")], []),
    ],
)
def test_rules_that_earlier_ones_shadow(rules: list[str], expected: list[tuple[str, str]]) -> None:
    assert sorted(http(*rules)) == expected


def test_tcp_and_tls_are_looked_at() -> None:
    tcp = f"{{hosts: [a], tcp: [{{match: [{{port: 1}}], {TO}}}, {{match: [{{port: 1}}, {{port: 2}}], {TO}}}]}}"
    assert in_spec("VirtualService", tcp) == [("tcp[1].match[0]", "IST0131")]
    match = "match: [{sniHosts: [a.com], port: 443}]"
    tls = f"{{hosts: [a.com], tls: [{{{match}, {TO}}}, {{{match}, {TO}}}]}}"
    assert sorted(in_spec("VirtualService", tls)) == [("tls[1]", "IST0130"), ("tls[1].match[0]", "IST0131")]
