import pytest
from tests.unit.validation.found import CORE, found


@pytest.mark.parametrize(
    ("rest", "problems"),
    [
        ("addressType: IPv4\nendpoints: [{addresses: [10.0.0.1]}]\nports: [{port: 80}]", []),
        ("addressType: FQDN\nendpoints: [{addresses: [a.com]}]", []),
        ("addressType: IPv6\nendpoints: [{addresses: [10.0.0.1]}]", [("endpoints[0].addresses[0]", "InvalidAddress")]),
        ("addressType: IPX", [("addressType", "InvalidValue")]),
        ("addressType: IPv4\nendpoints: [{addresses: []}]", [("endpoints[0].addresses", "MissingField")]),
        ("addressType: IPv4\nports: [{port: 0}]", [("ports[0].port", "InvalidPort")]),
    ],
)
def test_slices(rest: str, problems: list[tuple[str, str]]) -> None:
    text = CORE.format(kind="EndpointSlice", rest=rest).replace("apiVersion: v1", "apiVersion: discovery.k8s.io/v1")
    assert found(text) == problems


def test_endpoints() -> None:
    rest = "subsets: [{addresses: [{ip: x}], notReadyAddresses: [{ip: 1.1.1.1}], ports: [{port: 99999}]}]"
    assert found(CORE.format(kind="Endpoints", rest=rest)) == [
        ("subsets[0].addresses[0].ip", "InvalidAddress"),
        ("subsets[0].ports[0].port", "InvalidPort"),
    ]
