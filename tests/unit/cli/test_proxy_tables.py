"""The rows of `proxy-config`, from pieces of Envoy's JSON."""

from typing import Any

import pytest

from lateen.cli.proxy_tables import (
    cluster_rows,
    endpoint_rows,
    listener_rows,
    listening_at,
    route_match,
    route_rows,
)

RULE = {"filter_metadata": {"istio": {"config": "/apis/networking.istio.io/v1/namespaces/shop/destination-rule/r"}}}
HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def dns(**config: object) -> dict[str, object]:
    return {"cluster_type": {"name": "envoy.cluster.dns", "typed_config": config}}


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ({"type": "EDS"}, "EDS"),
        ({"type": "ORIGINAL_DST"}, "ORIGINAL_DST"),
        ({}, "STATIC"),
        (dns(), "STRICT_DNS"),
        (dns(all_addresses_in_single_endpoint=True), "LOGICAL_DNS"),
        ({"cluster_type": {"name": "envoy.clusters.dynamic_forward_proxy"}}, "DYNAMIC_FORWARD_PROXY"),
    ],
)
def test_the_type_of_a_cluster_is_told_in_envoys_old_words(extra: dict[str, Any], kind: str) -> None:
    assert [row[4] for row in cluster_rows([{"name": "x", **extra}])] == [kind]


def test_clusters_by_service_port_and_subset() -> None:
    names = ["outbound|443||b.x", "outbound|80|v2|b.x", "outbound|80||b.x", "BlackHoleCluster", "inbound|80||"]
    rows = cluster_rows([{"name": name, "type": "EDS", "metadata": RULE} for name in names])
    assert [row[:4] for row in rows] == [
        ("", "80", "-", "inbound"),
        ("BlackHoleCluster", "-", "-", "-"),
        ("b.x", "80", "-", "outbound"),
        ("b.x", "80", "v2", "outbound"),
        ("b.x", "443", "-", "outbound"),
    ]
    assert {row[5] for row in rows} == {"r.shop"}


def chain(config: dict[str, Any], **match: object) -> dict[str, Any]:
    return {"filter_chain_match": match, "filters": [{"name": "x", "typed_config": config}]}


def inline(*routes: dict[str, Any]) -> dict[str, Any]:
    return {"@type": HCM, "route_config": {"virtual_hosts": [{"name": "v", "routes": list(routes)}]}}


@pytest.mark.parametrize(
    ("config", "destination"),
    [
        ({"rds": {"route_config_name": "9080"}}, "Route: 9080"),
        ({"cluster": "outbound|80||a"}, "Cluster: outbound|80||a"),
        ({"cluster": "PassthroughCluster"}, "PassthroughCluster"),
        ({"weighted_clusters": {"clusters": [{"name": "a", "weight": 1}]}}, "Cluster: a (1)"),
        (inline({"match": {"prefix": "/"}, "route": {"cluster": "inbound|80||"}}), "Cluster: inbound|80||"),
        (
            inline({"match": {"path": "/stats"}, "route": {"cluster": "prometheus_stats"}}),
            "Inline Route: /stats",
        ),
        (inline({"match": {"prefix": "/"}, "direct_response": {"status": 200}}), "Inline Route: /*"),
        ({}, "-"),
    ],
)
def test_where_a_filter_chain_leads(config: dict[str, Any], destination: str) -> None:
    assert listener_rows([{"name": "l", "filter_chains": [chain(config)]}])[0][3] == destination


def test_listeners_by_port_with_what_each_chain_matches() -> None:
    address = {"socket_address": {"address": "0.0.0.0", "port_value": 15006}}
    tls = chain({"cluster": "a"}, server_names=["x.y"], transport_protocol="tls", application_protocols=["h2", "x"])
    subnet = chain(
        {"cluster": "b"}, prefix_ranges=[{"address_prefix": "10.0.0.0", "prefix_len": 8}], destination_port=80
    )
    big = {
        "name": "a",
        "address": address,
        "filter_chains": [tls, subnet],
        "default_filter_chain": chain({"cluster": "c"}),
    }
    small = {
        "name": "b",
        "address": {"socket_address": {"address": "1.1.1.1", "port_value": 53}},
        "filter_chains": [chain({})],
    }
    assert [row[:3] for row in listener_rows([big, small])] == [
        ("1.1.1.1", "53", "ALL"),
        ("0.0.0.0", "15006", "SNI: x.y; Trans: tls; App: h2,x"),
        ("0.0.0.0", "15006", "Addr: 10.0.0.0/8; Port: 80"),
        ("0.0.0.0", "15006", "ALL"),
    ]


@pytest.mark.parametrize(
    ("domains", "shown"),
    [
        (["*"], "*"),
        (
            [
                "reviews.default.svc.cluster.local",
                "reviews.default.svc.cluster.local.",
                "reviews.default.svc.cluster.local:9080",
                "reviews",
                "reviews.default.svc",
                "reviews.default",
                "10.96.0.7",
            ],
            "reviews, reviews.default + 1 more...",
        ),
        (["api.example.com", "api.example.com:443"], "api.example.com"),
        (["a:80"], "a:80"),
    ],
)
def test_domains_are_the_shortest_that_differ(domains: list[str], shown: str) -> None:
    host = {"name": "v", "domains": domains, "routes": [{"match": {"prefix": "/"}}]}
    assert route_rows([{"name": "80", "virtual_hosts": [host]}])[0][2] == shown


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ({"prefix": "/"}, "/*"),
        ({"path": "/a"}, "/a"),
        ({"path_separated_prefix": "/a"}, "/a/*"),
        ({"safe_regex": {"regex": "/a.*"}}, "regex /a.*"),
        (
            {"path": "/a", "headers": [{"name": "end-user"}, {"name": "x", "invert_match": True}]},
            "/a [end-user] [!x]",
        ),
        ({"prefix": "/", "query_parameters": [{"name": "q"}]}, "/* [q]"),
    ],
)
def test_what_a_route_matches(match: dict[str, Any], text: str) -> None:
    assert route_match(match) == text


def test_endpoints_with_their_health() -> None:
    def host(address: str, **health: object) -> dict[str, object]:
        return {"address": {"socket_address": {"address": address, "port_value": 80}}, "health_status": health}

    ejected = host("10.0.0.1", failed_outlier_check=True, eds_health_status="HEALTHY")
    draining = host("10.0.0.2", eds_health_status="DRAINING")
    pipe = {"address": {"pipe": {"path": "/x.sock"}}}
    statuses: list[dict[str, Any]] = [
        {"name": "b", "host_statuses": [draining, ejected]},
        {"name": "a", "host_statuses": [pipe]},
        {"name": "e"},
    ]
    assert endpoint_rows(statuses) == [
        ("/x.sock", "HEALTHY", "OK", "a"),
        ("10.0.0.1:80", "UNHEALTHY", "FAILED", "b"),
        ("10.0.0.2:80", "DRAINING", "OK", "b"),
    ]


def test_listeners_at_socket_files() -> None:
    listener = {"name": "f", "address": {"pipe": {"path": "@egress"}}, "filter_chains": [{}]}
    assert listening_at(listener) == ("unix://@egress", 0)
    assert listener_rows([listener])[0][:2] == ("unix://@egress", "")
