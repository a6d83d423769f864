"""Addresses."""

from lateen.translate.address import cidr_range, socket_address


def test_tcp_unix_and_another_network_namespace() -> None:
    assert socket_address("10.0.0.1", 80).socket_address.port_value == 80
    assert socket_address("unix:///run/x.sock", 0).pipe.path == "/run/x.sock"
    assert socket_address("unix://@x", 0).pipe.path == "@x"
    assert socket_address("0.0.0.0", 80, "/run/netns/a").socket_address.network_namespace_filepath == "/run/netns/a"


def test_ranges() -> None:
    one, many = cidr_range("10.1.2.3"), cidr_range("10.1.2.3/8")
    assert (one.address_prefix, one.prefix_len.value) == ("10.1.2.3", 32)
    assert (many.address_prefix, many.prefix_len.value) == ("10.0.0.0", 8)
