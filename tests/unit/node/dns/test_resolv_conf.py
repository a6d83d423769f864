from ipaddress import IPv4Address

from lateen.node.dns.resolv_conf import ResolverSettings, extended, parse_resolv_conf, pod_settings, resolv_conf

DNS = IPv4Address("10.96.0.10")
MACHINE = ResolverSettings(("192.0.2.53",), ("corp.example",), ("timeout:1",))


def test_a_pods_file_is_as_in_kubernetes() -> None:
    assert resolv_conf(pod_settings("shop", DNS, "ClusterFirst", MACHINE)) == (
        "nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"
    )


def test_other_policies() -> None:
    assert pod_settings("shop", DNS, "Default", MACHINE) == MACHINE
    assert resolv_conf(pod_settings("shop", DNS, "None", MACHINE)) == ""


def test_a_dns_config_comes_on_top() -> None:
    settings = extended(
        pod_settings("shop", DNS, "ClusterFirst", MACHINE),
        ["192.0.2.1"],
        ["example.com"],
        [("ndots", "2"), ("edns0", "")],
    )
    assert settings.nameservers == ("10.96.0.10", "192.0.2.1")
    assert settings.searches[-1] == "example.com"
    assert settings.options == ("ndots:2", "edns0")


def test_the_machines_file_is_read_as_resolvers_do() -> None:
    text = "# x\nnameserver 192.0.2.53\nnameserver x\nnameserver fe80::1%eth0\nsearch a b\noptions ndots:1 rotate\n"
    assert parse_resolv_conf(text) == ResolverSettings(
        ("192.0.2.53", "fe80::1%eth0"), ("a", "b"), ("ndots:1", "rotate")
    )
