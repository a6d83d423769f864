import pytest
from tests.support.resources import resources

from lateen.api.service_entry import ServiceEntry
from lateen.model import entry_addresses
from lateen.model.entry_addresses import allocate, with_addresses


def entries(*hosts: str) -> list[ServiceEntry]:
    text = """
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e}
spec: {hosts: [%s], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}
"""
    return [each for each in resources(text % ", ".join(hosts)) if isinstance(each, ServiceEntry)]


def test_an_entry_that_has_its_addresses_stays_the_same() -> None:
    (first,) = with_addresses(entries("a.example.com"))
    assert with_addresses([first]) == (first,)
    assert with_addresses([first])[0] is first


def test_when_the_range_is_used_up_hosts_go_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_addresses, "RANGE", "240.240.0.0/27")
    (given,) = allocate(entries(*(f"h{number}.example.com" for number in range(20)))).values()
    assert len(given) == len(set(given.values())) == 15
