"""kubectl's JSONPath."""

from typing import Any

import pytest

from lateen.cli.json_path import PathError, parse_path, parse_template, render

SERVICE = {
    "kind": "Service",
    "metadata": {"name": "gateway", "labels": {"app.kubernetes.io/name": "gw"}},
    "spec": {
        "ports": [
            {"name": "http2", "port": 80, "nodePort": 30080},
            {"name": "https", "port": 443, "nodePort": 30443},
        ]
    },
}
LIST = {"items": [{"metadata": {"name": "a"}, "n": 1}, {"metadata": {"name": "b"}}]}


@pytest.mark.parametrize(
    ("template", "document", "text"),
    [
        ("{.metadata.name}", SERVICE, "gateway"),
        (".metadata.name", SERVICE, "gateway"),
        ("{$.kind}/{@.metadata.name}", SERVICE, "Service/gateway"),
        ("{.spec.ports[0].port}", SERVICE, "80"),
        ("{.spec.ports[-1].port}", SERVICE, "443"),
        ("{.spec.ports[5].port}", SERVICE, ""),
        ("{.spec.ports[*].port}", SERVICE, "80 443"),
        ("{.spec.ports[0:1].port}", SERVICE, "80"),
        ('{.spec.ports[?(@.name=="http2")].nodePort}', SERVICE, "30080"),
        ("{.spec.ports[?(@.port>100)].name}", SERVICE, "https"),
        ("{.spec.ports[?(@.nope)].name}", SERVICE, ""),
        ("{.spec.ports[?(@.name>1)].name}", SERVICE, ""),
        ("{..nodePort}", SERVICE, "30080 30443"),
        (r"{.metadata.labels.app\.kubernetes\.io/name}", SERVICE, "gw"),
        ("{.metadata.labels['app.kubernetes.io/name']}", SERVICE, "gw"),
        ("{.spec.ports[0]}", SERVICE, '{"name":"http2","port":80,"nodePort":30080}'),
        ("{.nope.deeper}", SERVICE, ""),
        ('{range .items[*]}{.metadata.name}{"\\t"}{.n}{"\\n"}{end}', LIST, "a\t1\nb\t\n"),
        ("{range .items[*]}[{.metadata.name}] {end}!", LIST, "[a] [b] !"),
        ('{"{}"}', LIST, "{}"),
        ("{.items.*.metadata.name}", LIST, "a b"),
    ],
)
def test_templates_print_what_kubectl_prints(template: str, document: dict[str, Any], text: str) -> None:
    assert render(parse_template(template), document) == text


@pytest.mark.parametrize(
    "template", ["{.a[}", "{range .items[*]}{.x}", "{.x}{end}", "{.a", "{.a[?(b)]}", "{.a[?(@.b==c)]}"]
)
def test_what_makes_no_sense_is_refused(template: str) -> None:
    with pytest.raises(PathError):
        parse_template(template)


def test_a_path_needs_no_dot_in_front() -> None:
    assert parse_path("metadata.name").find(SERVICE) == ["gateway"]
