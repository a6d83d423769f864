from lateen.node.dns.resolv_conf import parse_nameservers


def test_the_file_is_read_as_resolvers_do() -> None:
    text = "# x\n\nnameserver 192.0.2.53 # first\nnameserver x\nnameserver\n  nameserver fe80::1%eth0\nsearch a b\n"
    assert parse_nameservers(text) == ("192.0.2.53", "fe80::1%eth0")


def test_three_name_servers_count() -> None:
    text = "".join(f"nameserver 192.0.2.{n}\n" for n in range(1, 6))
    assert parse_nameservers(text) == ("192.0.2.1", "192.0.2.2", "192.0.2.3")
