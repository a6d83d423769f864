"""ServiceEntries that share a port: the situations of Istio's service entry simulation."""

import pytest
from tests.support.asked import asked, short
from tests.support.routing import document, rule

from lateen.api.service_entry import OPT_OUT


def entry(name: str, addresses: str, protocol: str = "TCP", host: str = "", extra: str = "") -> str:
    """A ServiceEntry with those addresses and no automatic ones."""
    return document(
        "ServiceEntry",
        name,
        f"{{hosts: ['{host or name + '.com'}'], addresses: [{addresses}], {extra}"
        f"ports: [{{number: 9999, name: port, protocol: {protocol}}}]}}",
        labels=f"{{{OPT_OUT}: 'false'}}",
    )


WIDE, NARROW = "'1234:1f1:123::2287/16'", "'1234:1f1:123::57ce/32'"
NAMED = rule(
    "named",
    "{hosts: [one.com], tls: [{match: [{port: 9999, sniHosts: [one.com]}], "
    "route: [{destination: {host: one.com, port: {number: 9999}}}]}]}",
)
DYNAMIC = "resolution: DNS, "


def routed(part: str, match: str) -> str:
    target = "route: [{destination: {host: two.com, port: {number: 9999}}}]"
    return rule("routed", f"{{hosts: [one.com, a.org, b.org], {part}: [{{match: [{match}], {target}}}]}}")


SUBNET = routed("tcp", "{destinationSubnets: [10.10.0.0/24], port: 9999}")
TWO_SUBNETS = routed("tls", "{destinationSubnets: [10.10.0.0/24, 10.11.0.0/24], port: 9999, sniHosts: [a.org, b.org]}")

TABLE = {
    "the same network": (
        entry("one", "10.1.2.3/16") + entry("two", "10.1.9.9/16"),
        {"tcp://10.1.1.1:9999": "one.com"},
    ),
    "the same network, IPv6": (
        entry("one", NARROW) + entry("two", "'1234:1f1:123::1/32'"),
        {"tcp://[1234:1f1::1]:9999": "one.com"},
    ),
    "a network within the other": (
        entry("one", "10.1.2.3/8") + entry("two", "10.1.9.9/16"),
        {"tcp://10.1.1.1:9999": "two.com", "tcp://10.9.1.1:9999": "one.com"},
    ),
    "a network within the other, IPv6": (
        entry("one", WIDE) + entry("two", NARROW),
        {"tcp://[1234:1f1::1]:9999": "two.com", "tcp://[1234::1]:9999": "one.com"},
    ),
    "networks and server names": (
        entry("one", "10.1.2.3/8", "TLS") + entry("two", "10.1.9.9/16", "TLS") + NAMED,
        {
            "tls://10.1.1.1:9999 sni=two.com": "two.com",
            "tls://10.9.1.1:9999 sni=one.com": "one.com",
            "tls://10.1.1.1:9999 sni=one.com": "PassthroughCluster",
            "tls://10.9.1.1:9999 sni=two.com": "PassthroughCluster",
        },
    ),
    "one address of two": (
        entry("one", "10.1.1.1") + entry("two", "10.2.2.2, 10.1.1.1"),
        {"tcp://10.1.1.1:9999": "one.com", "tcp://10.2.2.2:9999": "two.com"},
    ),
    "server names alone": (
        entry("one", "", "TLS", extra=DYNAMIC) + entry("two", "", "TLS", extra=DYNAMIC),
        {
            "tls://one.com:9999": "one.com",
            "tls://two.com:9999": "two.com",
            "tls://three.com:9999": "PassthroughCluster",
        },
    ),
    "a rule for the network of the service": (
        entry("one", "10.10.0.0/24") + entry("two", "10.1.1.1") + SUBNET,
        {"tcp://10.10.0.1:9999": "two.com"},
    ),
    "a rule for another network": (
        entry("one", "10.10.10.0/24") + entry("two", "10.1.1.1") + SUBNET,
        {"tcp://10.10.0.1:9999": "two.com", "tcp://10.10.10.1:9999": "one.com"},
    ),
    "a rule for networks and names": (
        entry("one", "", "TLS", extra=DYNAMIC) + entry("two", "10.1.1.1") + TWO_SUBNETS,
        {
            "tls://10.10.0.1:9999 sni=a.org": "two.com",
            "tls://10.11.0.1:9999 sni=b.org": "two.com",
            "tls://10.12.0.1:9999 sni=b.org": "PassthroughCluster",
            "tls://10.10.0.1:9999 sni=one.com": "PassthroughCluster",
        },
    ),
    "a rule for another port": (
        entry("one", "10.10.0.0/24") + entry("two", "10.1.1.1") + SUBNET.replace("port: 9999}]", "port: 1}]"),
        {"tcp://10.10.0.1:9999": "one.com"},
    ),
    "wildcard hosts": (
        entry("one", "", "HTTP", "*.one.com") + entry("two", "", "HTTP", "a.one.com"),
        {
            "http://b.one.com:9999/": "*.one.com",
            "http://a.one.com:9999/": "a.one.com",
            "http://one.com:9999/": "PassthroughCluster",
        },
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_shared_port(name: str) -> None:
    documents, calls = TABLE[name]
    assert {call: short(asked(documents, call)).rpartition("|")[2] for call in calls} == calls


def test_two_entries_for_one_host_are_one_service() -> None:
    ports = ("{number: 80, name: http, protocol: HTTP}", "{number: 443, name: https, protocol: HTTPS}")
    documents = "".join(
        document("ServiceEntry", f"e{number}", f"{{hosts: [istio.io], resolution: DNS, ports: [{port}]}}")
        for number, port in enumerate(ports)
    )
    assert short(asked(documents, "http://istio.io/")) == "outbound|80||istio.io"
    assert short(asked(documents, "https://istio.io/")) == "outbound|443||istio.io"
