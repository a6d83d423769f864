import pytest
from tests.unit.analysis.found import given, rule, service

from lateen.analysis.hosts import scopes_of

PORT = "ports: [{number: 80, name: http}]"


@pytest.mark.parametrize(
    ("export_to", "scopes"),
    [((), "*"), (("*",), "*"), (("a", "*"), "*"), ((".",), "here"), ((".", "a"), "here a"), (("~",), "~")],
)
def test_the_namespaces_that_see_something(export_to: tuple[str, ...], scopes: str) -> None:
    assert scopes_of(export_to, "here") == set(scopes.split())


def test_exact_names_come_before_wildcards() -> None:
    hosts = given(
        rule("ServiceEntry", "wild", f"{{hosts: ['*.com'], {PORT}}}"),
        rule("ServiceEntry", "exact", f"{{hosts: [a.com], {PORT}}}"),
        service("b", "80:http"),
    ).hosts
    found = {host: hosts.find(host, "default") for host in ("a.com", "b.com", "b", "c")}
    names = {host: service.source.name if service else None for host, service in found.items()}
    assert names == {"a.com": "exact", "b.com": "wild", "b": "b", "c": None}
