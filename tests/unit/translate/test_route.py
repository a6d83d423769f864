"""Routes and virtual hosts."""

from lateen.ir.route import Cors, Fault, Forward, HeaderEdits, Route, RouteConfig, VirtualHost, WeightedCluster
from lateen.translate.route import translate_route, translate_route_config, translate_virtual_host


def test_the_edits_of_a_single_target_follow_those_of_the_route() -> None:
    target = WeightedCluster(cluster="a", request=HeaderEdits(set=(("t", "1"),), remove=("u",)))
    route = translate_route(Route(action=Forward(clusters=(target,)), request=HeaderEdits(set=(("r", "1"),))))
    assert [option.header.key for option in route.request_headers_to_add] == ["r", "t"]
    assert list(route.request_headers_to_remove) == ["u"]


def test_the_edits_of_one_of_several_targets_stay_with_it() -> None:
    targets = (WeightedCluster(cluster="a", response=HeaderEdits(add=(("t", "1"),))), WeightedCluster(cluster="b"))
    route = translate_route(Route(action=Forward(clusters=targets)))
    assert not route.response_headers_to_add
    assert len(route.route.weighted_clusters.clusters[0].response_headers_to_add) == 1


def test_settings_of_filters_stand_under_their_names() -> None:
    action = Forward(clusters=(WeightedCluster(cluster="a"),))
    route = translate_route(Route(action=action, fault=Fault(delay_ms=1), cors=Cors(allow_methods="GET")))
    assert sorted(route.typed_per_filter_config) == ["envoy.filters.http.cors", "envoy.filters.http.fault"]
    assert not translate_route(Route(action=action)).typed_per_filter_config


def test_configurations() -> None:
    config = translate_route_config(RouteConfig(name="80", virtual_hosts=(), ignore_port=True))
    assert config.ignore_port_in_host_matching
    assert config.HasField("validate_clusters")
    assert not config.validate_clusters.value
    host = translate_virtual_host(VirtualHost(name="a", domains=("a",), routes=(), require_tls=True))
    assert (host.require_tls, host.include_request_attempt_count) == (host.ALL, True)
