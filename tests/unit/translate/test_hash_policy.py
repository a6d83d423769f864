"""What is hashed."""

from lateen.ir.route import HashCookie, HashOn
from lateen.translate.hash_policy import hash_policy


def test_each_kind() -> None:
    assert hash_policy(HashOn(header="x-user")).header.header_name == "x-user"
    assert hash_policy(HashOn(query_parameter="u")).query_parameter.name == "u"
    assert hash_policy(HashOn(source_ip=True)).connection_properties.source_ip


def test_a_cookie_without_a_lifetime_is_only_read() -> None:
    assert not hash_policy(HashOn(cookie=HashCookie(name="user"))).cookie.HasField("ttl")
    session = hash_policy(HashOn(cookie=HashCookie(name="user", path="/p", ttl_ms=0, attributes=(("Secure", ""),))))
    assert session.cookie.HasField("ttl")
    assert (session.cookie.path, session.cookie.attributes[0].name) == ("/p", "Secure")
