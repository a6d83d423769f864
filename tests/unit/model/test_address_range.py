import pytest

from lateen.model.address_range import choose_address


def test_an_owner_gets_the_same_address_again() -> None:
    first = choose_address("10.96.0.0/20", "default/reviews", ())
    assert choose_address("10.96.0.0/20", "default/reviews", {"10.96.0.99"} - {first}) == first


def test_all_addresses_but_the_reserved_ones_can_be_used_once() -> None:
    taken: set[str] = set()
    for number in range(15):
        taken.add(choose_address("10.96.0.0/27", f"default/{number}", taken))
    assert taken == {f"10.96.0.{last}" for last in range(16, 31)}
    with pytest.raises(ValueError, match="no address is left"):
        choose_address("10.96.0.0/27", "default/one-more", taken)
