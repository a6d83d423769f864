import pytest
import yaml
from tests.support.resources import resources
from tests.support.routing import rule

from lateen.api.virtual_service import HTTPMatchRequest, HTTPRoute, VirtualService
from lateen.resolve.http_merge import conflicts, merge_matches, merge_route


def routes(http: str) -> tuple[HTTPRoute, ...]:
    (found,) = resources(rule("r", f"{{http: {http}}}"))
    assert isinstance(found, VirtualService)
    return found.spec.http


def matches(text: str) -> tuple[HTTPMatchRequest, ...]:
    return routes(f"[{{match: {text}}}]")[0].match


@pytest.mark.parametrize(
    ("root", "leaf", "expected"),
    [
        ("{}", "{uri: {regex: /a}}", False),
        ("{uri: {regex: ^/a}}", "{}", False),
        ("{uri: {regex: ^/a}}", "{uri: {prefix: /a/b}}", True),
        ("{uri: {prefix: /a}}", "{uri: {regex: /a}}", True),
        ("{uri: {regex: /a}}", "{uri: {regex: /a}}", True),
        ("{uri: {prefix: /a}}", "{uri: {prefix: /a/b}}", False),
        ("{uri: {prefix: /a/b}}", "{uri: {prefix: /a}}", True),
        ("{uri: {prefix: /a}}", "{uri: {exact: /a/b}}", False),
        ("{uri: {prefix: /a}}", "{uri: {exact: /b}}", True),
        ("{uri: {exact: /a}}", "{uri: {exact: /a}}", False),
        ("{uri: {exact: /a}}", "{uri: {prefix: /a}}", True),
        ("{method: {exact: GET}}", "{method: {exact: PUT}}", True),
        ("{scheme: {exact: http}}", "{authority: {exact: a}}", False),
        ("{headers: {h: {exact: a}}}", "{headers: {h: {exact: b}}}", True),
        ("{headers: {h: {prefix: a}}}", "{headers: {h: {exact: ab}}}", False),
        ("{headers: {h: {exact: a}}}", "{headers: {i: {exact: b}}}", False),
        ("{headers: {h: {}}}", "{headers: {h: {exact: a}}}", True),
        ("{withoutHeaders: {h: {prefix: a}}}", "{withoutHeaders: {h: {exact: b}}}", True),
        ("{queryParams: {q: {exact: a}}}", "{queryParams: {q: {exact: b}}}", True),
        ("{ignoreUriCase: true}", "{}", True),
        ("{port: 80}", "{}", False),
        ("{port: 80}", "{port: 90}", True),
        ("{sourceLabels: {a: b}}", "{sourceLabels: {a: c}}", True),
        ("{sourceLabels: {a: b}}", "{sourceLabels: {d: e}}", False),
        ("{sourceNamespace: a}", "{sourceNamespace: b}", True),
        ("{sourceNamespace: a}", "{}", True),
        ("{}", "{sourceNamespace: a}", False),
        ("{gateways: [a]}", "{gateways: [a, mesh]}", True),
        ("{gateways: [a, mesh]}", "{gateways: [mesh]}", False),
        ("{gateways: [a]}", "{}", False),
    ],
)
def test_a_match_must_lie_within_the_roots(root: str, leaf: str, expected: bool) -> None:
    (outer,), (inner,) = matches(f"[{root}]"), matches(f"[{leaf}]")
    assert conflicts(outer, inner) is expected


@pytest.mark.parametrize(
    ("root", "leaf", "expected"),
    [
        ("[]", "[{uri: {exact: /a}}]", "[{uri: {exact: /a}}]"),
        ("[{uri: {prefix: /a}, port: 8080}]", "[]", "[{uri: {prefix: /a}, port: 8080}]"),
        (
            "[{headers: {a: {regex: r}}}, {headers: {b: {exact: e}}}]",
            "[{uri: {prefix: /}}]",
            "[{uri: {prefix: /}, headers: {a: {regex: r}}}, {uri: {prefix: /}, headers: {b: {exact: e}}}]",
        ),
        (
            "[{name: r, uri: {prefix: /a}, port: 80, sourceLabels: {a: b}, gateways: [g], statPrefix: s}]",
            "[{name: l, uri: {prefix: /a/b}, queryParams: {q: {exact: x}}, sourceLabels: {c: d}}]",
            "[{name: r-l, uri: {prefix: /a/b}, queryParams: {q: {exact: x}}, port: 80, sourceLabels: {a: b, c: d}, "
            "gateways: [g], statPrefix: s}]",
        ),
        ("[{uri: {prefix: /a}}, {uri: {prefix: /b}}]", "[{uri: {exact: /b/c}}]", "[{uri: {exact: /b/c}}]"),
    ],
)
def test_matches_are_joined_pair_by_pair(root: str, leaf: str, expected: str) -> None:
    assert merge_matches(matches(root), matches(leaf)) == matches(expected)


def test_one_match_that_fits_nowhere_takes_the_whole_route_out() -> None:
    assert (
        merge_matches(matches("[{uri: {prefix: /a}}]"), matches("[{uri: {exact: /a/b}}, {uri: {exact: /b}}]")) is None
    )


WHOLE = {
    "timeout": "1s",
    "retries": {"attempts": 1},
    "rewrite": {"uri": "/r"},
    "fault": {"abort": {"httpStatus": 500}},
    "mirror": {"host": "m"},
    "mirrors": [{"destination": {"host": "mm"}}],
    "mirrorPercentage": {"value": 5},
    "corsPolicy": {"allowMethods": ["GET"]},
    "headers": {"request": {"set": {"a": "b"}}},
    "directResponse": {"status": 201},
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_only_the_root_says_holds_for_the_delegate_as_a_whole(name: str) -> None:
    said = yaml.safe_dump({name: WHOLE[name]}, default_flow_style=True).strip()
    (root,), (empty,) = routes(f"[{said}]"), routes("[{}]")
    assert merge_route(root, empty) == root
    others = {"timeout": "2s", "mirrors": [{"destination": {"host": "oo"}}], "mirrorPercentage": {"value": 6}}
    other = others.get(name) or {"mirror": {"host": "p"}, "directResponse": {"status": 202}}.get(name)
    if other is not None:
        (leaf,) = routes(f"[{yaml.safe_dump({name: other}, default_flow_style=True).strip()}]")
        assert merge_route(root, leaf) == leaf


@pytest.mark.parametrize(("root", "leaf", "name"), [("a", "b", "a-b"), ("a", "''", "a"), ("''", "b", "b")])
def test_names_are_joined(root: str, leaf: str, name: str) -> None:
    merged = merge_route(*routes(f"[{{name: {root}}}, {{name: {leaf}}}]"))
    assert merged is not None
    assert merged.name == name
