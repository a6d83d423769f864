from ipaddress import IPv4Address

import pytest

from lateen.node.network.capture import Capture, capture_rules, captures_names, parse_capture

PREFIX = "traffic.sidecar.istio.io/"


def rules_of(chain: str, **annotations: str) -> list[str]:
    capture, complaints = parse_capture({PREFIX + name: value for name, value in annotations.items()})
    assert complaints == []
    text = capture_rules(capture)
    body = text[text.index(f"chain {chain} {{") :]
    return [line.strip() for line in body[: body.index("}\n")].splitlines() if line.startswith("    ")][1:]


def test_without_annotations_all_tcp_is_captured() -> None:
    assert rules_of("out") == [
        "oif lo ip saddr 127.0.0.6 return",
        "meta skuid 1337 oif lo ip daddr != 127.0.0.0/8 tcp dport != 15008 redirect to :15006",
        "meta skuid 1337 return",
        "oif lo return",
        "ip daddr 127.0.0.0/8 return",
        "meta l4proto tcp redirect to :15001",
    ]
    assert rules_of("in") == [
        "tcp dport { 15000, 15001, 15006, 15020, 15021, 15090 } return",
        "meta l4proto tcp redirect to :15006",
    ]


def test_names_are_asked_for_where_service_entries_are_known_but_not_by_the_proxy() -> None:
    rules = capture_rules(Capture(name_server=IPv4Address("10.96.0.10"))).splitlines()
    asked = "    ip daddr 10.96.0.10 meta l4proto { tcp, udp } th dport 53 dnat to 10.96.0.10:15053"
    assert rules.index("    meta skuid 1337 return") < rules.index(asked)
    assert rules.index(asked) < rules.index("    meta l4proto tcp redirect to :15001")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", True),
        ("proxyMetadata: {OTHER: x}", True),
        ("proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'true'}", True),
        ('{"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "false"}}', False),
        ("[", True),
    ],
)
def test_a_pod_may_do_without_the_hosts_of_service_entries(config: str, expected: bool) -> None:
    assert captures_names({"proxy.istio.io/config": config}) is expected
    assert captures_names({})


def test_only_included_ranges_and_ports_leave_through_the_proxy() -> None:
    rules = rules_of(
        "out", includeOutboundIPRanges="10.0.0.0/8, 10.1.0.0/16,192.168.0.0/24", includeOutboundPorts="80,8080"
    )
    assert rules[-2:] == [
        "tcp dport { 80, 8080 } redirect to :15001",
        "meta l4proto tcp ip daddr { 10.0.0.0/8, 192.168.0.0/24 } redirect to :15001",
    ]
    assert rules_of("out", includeOutboundIPRanges="")[-1] == "ip daddr 127.0.0.0/8 return"


def test_excluded_traffic_passes_by_the_proxy() -> None:
    rules = rules_of("out", excludeOutboundPorts="3306", excludeOutboundIPRanges="169.254.0.0/16")
    assert rules[0] == "tcp dport { 3306 } return"
    assert rules[-2:] == ["ip daddr { 169.254.0.0/16 } return", "meta l4proto tcp redirect to :15001"]
    assert rules_of("in", excludeInboundPorts="22")[-2:] == [
        "tcp dport { 22 } return",
        "meta l4proto tcp redirect to :15006",
    ]
    assert rules_of("in", excludeInterfaces="docker0")[0] == 'iifname "docker0" return'


def test_only_included_inbound_ports_are_captured() -> None:
    assert rules_of("in", includeInboundPorts="80,443")[-1] == "tcp dport { 80, 443 } redirect to :15006"
    assert len(rules_of("in", includeInboundPorts="")) == 1
    assert rules_of("in", includeInboundPorts="*") == rules_of("in")


def test_mistakes_are_named_and_the_default_is_used() -> None:
    wrong = {PREFIX + "excludeOutboundPorts": "80,http", PREFIX + "includeOutboundIPRanges": "10.0.0.0/99"}
    capture, complaints = parse_capture(wrong | {"sidecar.istio.io/interceptionMode": "TPROXY"})
    assert capture == Capture()
    assert ["TPROXY" in complaints[0], "10.0.0.0/99" in complaints[1], "'http'" in complaints[2]] == [True] * 3


def test_mode_none_captures_nothing() -> None:
    assert not parse_capture({"sidecar.istio.io/interceptionMode": "NONE"})[0].enabled
