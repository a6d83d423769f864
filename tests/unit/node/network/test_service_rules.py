from ipaddress import IPv4Address

from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.forwarding import Backends, ServiceAddress
from lateen.node.network.service_rules import base_rules, change_rules

WEB = ServiceAddress(IPv4Address("10.96.0.20"), "tcp", 80)
ONE = (IPv4Address("10.244.0.2"), 8080)
TWO = (IPv4Address("10.244.0.3"), 8080)


def test_a_new_service_gets_a_chain_and_an_entry() -> None:
    assert change_rules({}, {WEB: Backends((ONE, TWO))}).splitlines() == [
        "add chain ip lateen-services to-10.96.0.20-tcp-80",
        "add rule ip lateen-services to-10.96.0.20-tcp-80 meta l4proto tcp"
        " dnat ip to numgen random mod 2 map { 0 : 10.244.0.2 . 8080, 1 : 10.244.0.3 . 8080 }",
        "add element ip lateen-services services { 10.96.0.20 . tcp . 80 : goto to-10.96.0.20-tcp-80 }",
        "add element ip lateen-services hairpin { 10.244.0.2 . 10.244.0.2, 10.244.0.3 . 10.244.0.3 }",
    ]


def test_changed_endpoints_replace_one_rule() -> None:
    lines = change_rules({WEB: Backends((ONE,))}, {WEB: Backends((TWO,))}).splitlines()
    assert lines[0] == "flush chain ip lateen-services to-10.96.0.20-tcp-80"
    assert [line.split()[0] for line in lines] == ["flush", "add", "delete", "add"]


def test_a_vanished_service_goes_entry_first() -> None:
    verbs = [line.split()[:2] for line in change_rules({WEB: Backends((ONE,))}, {}).splitlines()]
    assert verbs == [["delete", "element"], ["flush", "chain"], ["delete", "chain"], ["delete", "element"]]


def test_equal_forwardings_need_no_command() -> None:
    assert change_rules({WEB: Backends((ONE,))}, {WEB: Backends((ONE,))}) == ""


def test_a_sticky_service_hashes_the_client() -> None:
    assert "dnat ip to jhash ip saddr mod 1 map" in change_rules({}, {WEB: Backends((ONE,), sticky=True)})


def test_the_name_server_is_not_refused() -> None:
    rules = base_rules(AddressPlan(1))
    assert rules.index("ip daddr 10.96.16.10 accept") < rules.index("reject with tcp reset")
