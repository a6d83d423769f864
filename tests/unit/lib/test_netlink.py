import errno
import struct

import pytest

from lateen.lib.netlink import (
    NetlinkError,
    NetlinkSocket,
    attribute,
    number_attribute,
    parse_attributes,
    text_attribute,
)
from lateen.lib.rtnetlink import LOOPBACK_INDEX, Rtnetlink


def test_attributes_are_padded_and_read_back() -> None:
    payload = attribute(1, b"abc") + text_attribute(3, "eth0") + number_attribute(0x8005, 7)
    assert len(payload) % 4 == 0
    assert parse_attributes(payload) == {1: b"abc", 3: b"eth0\0", 5: struct.pack("=I", 7)}


def test_a_cut_off_attribute_ends_the_list() -> None:
    assert parse_attributes(attribute(1, b"abcd") + b"\0\0\0\0") == {1: b"abcd"}


def test_the_loopback_link_is_found() -> None:
    with Rtnetlink() as netlink:
        lo = netlink.link("lo")
        assert lo is not None
        assert lo.index == LOOPBACK_INDEX
        assert lo in netlink.links()
        assert "127.0.0.1/8" in map(str, netlink.addresses(LOOPBACK_INDEX))
        assert netlink.link("lateen-none") is None


def test_a_refused_request_says_what_and_why() -> None:
    with NetlinkSocket() as netlink, pytest.raises(NetlinkError, match="look at link 4711: No such device") as refused:
        netlink.request(18, struct.pack("=BxHiII", 0, 0, 4711, 0, 0), 0, "look at link 4711")
    assert refused.value.errno == errno.ENODEV
