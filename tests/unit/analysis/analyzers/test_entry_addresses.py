import pytest
from tests.unit.analysis.found import core, found, rule

NAME = "serviceentry.Analyzer"
MESH = "defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'true', ISTIO_META_DNS_AUTO_ALLOCATE: 'true'}}"


def entry(port: str, more: str = "") -> str:
    return rule("ServiceEntry", "it", f"{{hosts: [a.com], ports: [{{number: 90, name: p{port}}}]{more}}}")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (entry(", protocol: TCP"), 1),
        (entry(", protocol: tcp"), 1),
        (entry(""), 1),
        (entry(", protocol: HTTP"), 0),
        (entry(", protocol: TCP", ", addresses: [10.0.0.1]"), 0),
        (entry(", protocol: TCP") + "status: {addresses: [{value: 240.0.0.1}]}\n", 0),
    ],
)
def test_tcp_needs_addresses(text: str, count: int) -> None:
    assert found(NAME, text) == [("IST0134", "ServiceEntry default/it", "spec.ports[0]")] * count


def test_a_mesh_that_gives_addresses_itself() -> None:
    settings = core("ConfigMap", "istio-system/istio", f"data:\n  mesh: |\n    {MESH}")
    assert found(NAME, entry(", protocol: TCP"), settings) == []
