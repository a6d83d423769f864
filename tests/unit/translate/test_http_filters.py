"""The order of HTTP filters."""

from lateen.ir.listener import HttpFilter
from lateen.translate.http_filters import PLACES, http_filters


def test_every_filter_has_one_place() -> None:
    assert sorted(place.filter for place in PLACES) == sorted(HttpFilter)


def test_the_order_is_the_tables_and_the_router_is_last() -> None:
    names = [one.name for one in http_filters(iter([HttpFilter.ROUTER, HttpFilter.CORS, HttpFilter.FAULT]))]
    assert names == ["envoy.filters.http.fault", "envoy.filters.http.cors", "envoy.filters.http.router"]
