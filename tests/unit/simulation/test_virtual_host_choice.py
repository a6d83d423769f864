"""Which virtual host takes a request."""

import pytest
from envoy.config.route.v3.route_components_pb2 import VirtualHost
from envoy.config.route.v3.route_pb2 import RouteConfiguration

from lateen.simulation.virtual_host_choice import virtual_host_for

DOMAINS = ("*", "*.test", "*.b.test", "a.*", "a.b.test", "Upper.test")


@pytest.mark.parametrize(
    ("authority", "domain"),
    [
        ("a.b.test", "a.b.test"),
        ("A.B.TEST", "a.b.test"),
        ("x.b.test", "*.b.test"),
        ("x.test", "*.test"),
        (".test", "*"),
        ("a.example", "a.*"),
        ("upper.test", "Upper.test"),
        ("example:80", "*"),
        ("a.b.test:80", "a.*"),
    ],
)
def test_domains(authority: str, domain: str) -> None:
    config = RouteConfiguration(virtual_hosts=[VirtualHost(name=one, domains=[one]) for one in DOMAINS])
    host = virtual_host_for(config, authority)
    assert host is not None
    assert host.name == domain


def test_ports_may_be_ignored() -> None:
    hosts = [VirtualHost(name="a", domains=["a"])]
    assert virtual_host_for(RouteConfiguration(virtual_hosts=hosts), "a:80") is None
    ignoring = RouteConfiguration(virtual_hosts=hosts, ignore_port_in_host_matching=True)
    assert virtual_host_for(ignoring, "a:80") is not None
