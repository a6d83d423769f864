"""The order of listener filters."""

from lateen.ir.listener import ListenerFilter
from lateen.translate.listener_filters import PLACES, listener_filters


def test_every_filter_has_one_place() -> None:
    assert sorted(place.filter for place in PLACES) == sorted(ListenerFilter)


def test_the_order_is_the_tables() -> None:
    names = [one.name for one in listener_filters(iter([ListenerFilter.HTTP_INSPECTOR, ListenerFilter.ORIGINAL_DST]))]
    assert names == ["envoy.filters.listener.original_dst", "envoy.filters.listener.http_inspector"]
