import pytest
from tests.unit.analysis.found import found, rule

NAME = "serviceentry.ConflictingServiceEntryProtocolAnalyzer"


def entry(name: str, protocol: str, more: str = "", number: int = 80) -> str:
    port = f"{{number: {number}, name: p, protocol: {protocol}}}"
    return rule("ServiceEntry", name, f"{{hosts: [a.com], ports: [{port}]{more}}}")


@pytest.mark.parametrize(
    ("documents", "guilty"),
    [
        ([entry("a", "HTTP"), entry("b", "TLS")], ["default/a", "default/b"]),
        ([entry("a", "HTTP"), entry("b", "http")], []),
        ([entry("a", "HTTP"), entry("b", "TLS", number=443)], []),
        ([entry("x/a", "HTTP", ", exportTo: [.]"), entry("z/b", "TLS", ", exportTo: [.]")], []),
        ([entry("x/a", "HTTP", ", exportTo: [.]"), entry("z/b", "TLS", ", exportTo: [x]")], ["x/a", "z/b"]),
        ([entry("x/a", "HTTP", ", exportTo: [.]"), entry("z/b", "TLS")], ["x/a", "z/b"]),
    ],
)
def test_entries_for_one_host_and_port(documents: list[str], guilty: list[str]) -> None:
    expected = [("IST0177", f"ServiceEntry {name}", "spec.ports[0].protocol") for name in guilty]
    assert found(NAME, *documents) == expected
