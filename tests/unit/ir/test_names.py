"""Istio's names."""

from lateen.ir import names

HOST = "reviews.default.svc.cluster.local"


def test_clusters() -> None:
    assert names.subset_key("outbound", "v2", HOST, 9080) == f"outbound|9080|v2|{HOST}"
    assert names.inbound_route(9080) == "inbound|9080||"
    assert names.sni_subset_key("outbound", "v2", HOST, 9080) == f"outbound_.9080_.v2_.{HOST}"


def test_a_clusters_name_is_taken_apart() -> None:
    assert names.parse_subset_key(f"outbound|9080|v2|{HOST}") == ("outbound", "v2", HOST, 9080)
    assert names.parse_subset_key("PassthroughCluster") is None
    assert names.parse_subset_key("outbound|x|v2|h") is None


def test_routes_and_listeners() -> None:
    assert (names.outbound_route(9080), names.sniffed_route(HOST, 9080)) == ("9080", f"{HOST}:9080")
    assert names.gateway_http_route(8080) == "http.8080"
    assert names.gateway_https_route(443, "https", "gw", "ns") == "https.443.https.gw.ns"
    assert names.listener_name("10.96.0.1", 3306) == "10.96.0.1_3306"
