"""The order of HTTP filters."""

from envoy.extensions.filters.http.dynamic_forward_proxy.v3.dynamic_forward_proxy_pb2 import FilterConfig
from envoy.extensions.filters.http.router.v3.router_pb2 import Router

from lateen.ir.listener import Http, HttpFilter
from lateen.translate.http_filters import PLACES, http_filters
from lateen.translate.wire import unpack


def test_every_filter_has_one_place() -> None:
    assert sorted(place.filter for place in PLACES) == sorted(HttpFilter)


def test_the_order_is_the_tables_and_the_router_is_last() -> None:
    http = Http(stat_prefix="a", filters=(HttpFilter.ROUTER, HttpFilter.CORS, HttpFilter.FAULT))
    names = [one.name for one in http_filters(http)]
    assert names == ["envoy.filters.http.fault", "envoy.filters.http.cors", "envoy.filters.http.router"]


def test_hosts_are_looked_up_once_for_each_cache() -> None:
    http = Http(stat_prefix="a", filters=(HttpFilter.ROUTER, HttpFilter.FORWARD_PROXY), dns_caches=("one", "two"))
    *lookups, router = (unpack(one.typed_config) for one in http_filters(http))
    assert [each.dns_cache_config.name for each in lookups if isinstance(each, FilterConfig)] == ["one", "two"]
    assert isinstance(router, Router)
