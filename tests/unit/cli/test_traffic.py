"""`lateen traffic`, with a proxy that says what it was told and what it did."""

import json

import click
import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.cli.traffic import checked_url

CLUSTER = "outbound|9080||reviews.default.svc.cluster.local"
RULE = "/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews"
HCM = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def config_dump() -> dict[str, object]:
    """An outbound listener for port 9080: POST is answered by the proxy, the rest goes to two endpoints."""

    def endpoint(host: int) -> dict[str, object]:
        return {"endpoint": {"address": {"socket_address": {"address": f"10.0.0.{host}", "port_value": 9080}}}}

    metadata = {"filter_metadata": {"istio": {"config": RULE}}}
    post = {
        "match": {"prefix": "/", "headers": [{"name": ":method", "string_match": {"exact": "POST"}}]},
        "direct_response": {"status": 403},
        "metadata": metadata,
    }
    rest = {"match": {"prefix": "/"}, "route": {"cluster": CLUSTER}, "metadata": metadata}
    manager = {"@type": HCM, "stat_prefix": "x", "rds": {"route_config_name": "9080"}}
    listener = {
        "name": "0.0.0.0_9080",
        "address": {"socket_address": {"address": "0.0.0.0", "port_value": 9080}},
        "bind_to_port": False,
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    capture = {"name": "virtualOutbound", "use_original_dst": True}
    hosts = {"name": "reviews", "domains": ["reviews", "reviews:9080"], "routes": [post, rest]}
    cluster = {"name": CLUSTER, "type": "EDS", "eds_cluster_config": {"service_name": CLUSTER}}
    assignment = {"cluster_name": CLUSTER, "endpoints": [{"lb_endpoints": [endpoint(1), endpoint(2)]}]}
    part = "type.googleapis.com/envoy.admin.v3."
    return {
        "configs": [
            {"@type": f"{part}ClustersConfigDump", "dynamic_active_clusters": [{"cluster": cluster}]},
            {
                "@type": f"{part}ListenersConfigDump",
                "dynamic_listeners": [{"active_state": {"listener": each}} for each in (capture, listener)],
            },
            {
                "@type": f"{part}RoutesConfigDump",
                "dynamic_route_configs": [{"route_config": {"name": "9080", "virtual_hosts": [hosts]}}],
            },
            {"@type": f"{part}EndpointsConfigDump", "dynamic_endpoint_configs": [{"endpoint_config": assignment}]},
        ]
    }


def clusters(first: int, second: int) -> dict[str, object]:
    def host(number: int, count: int) -> dict[str, object]:
        address = {"socket_address": {"address": f"10.0.0.{number}", "port_value": 9080}}
        return {"address": address, "stats": [{"name": "rq_total", "value": str(count)}]}

    return {"cluster_statuses": [{"name": CLUSTER, "host_statuses": [host(1, first), host(2, second)]}]}


def answering(status: int, count: int) -> str:
    return "\n".join(json.dumps({"i": i, "ms": 1.0, "status": status}) for i in range(count))


@pytest.fixture
def called(mesh: CliMesh) -> CliMesh:
    mesh.add(PODS, *pod("sleep", ip="10.0.0.9"))
    mesh.add(PODS, *pod("r1", app="reviews", version="v1", ip="10.0.0.1"))
    mesh.add(PODS, *pod("r2", app="reviews", version="v2", ip="10.0.0.2"))
    service = {"metadata": {"name": "reviews"}, "spec": {"selector": {"app": "reviews"}, "ports": [{"port": 9080}]}}
    mesh.add("/api/v1/namespaces/default/services", {"apiVersion": "v1", "kind": "Service", **service})
    mesh.envoy = {
        "sleep/config_dump": config_dump(),
        "sleep/clusters": [clusters(100, 100), clusters(150, 150)],
        "sleep/stats": {"stats": []},
    }
    return mesh


TRAFFIC = ("traffic", "reviews:9080/reviews/1", "--from", "sleep", "-n", "100")


def test_counts_are_the_proxys_and_shares_are_those_it_was_told(called: CliMesh) -> None:
    called.output_of = lambda _: answering(200, 100)
    ran = called.run(*TRAFFIC, "-H", "end-user: jason")
    assert [line.split() for line in ran.lines[4:6]] == [["v1", "50", "50.0%", "50%"], ["v2", "50", "50.0%", "50%"]]
    assert ran.lines[-1] == "agrees with VirtualService default/reviews"
    assert called.execs[0][-10:] == ["-n", "100", "-c", "1", "-X", "GET", "--timeout", "10.0", "-H", "end-user:jason"]
    assert "http://reviews:9080/reviews/1" in called.execs[0]


def test_the_method_is_part_of_the_question(called: CliMesh) -> None:
    called.output_of = lambda _: answering(403, 100)
    called.envoy["sleep/clusters"] = clusters(100, 100)
    ran = called.run(*TRAFFIC, "-X", "POST")
    assert "403 by the proxy (a direct response)   100     100.0%   100%" in ran.out


def test_a_disagreement_and_a_failure_exit_with_1(called: CliMesh) -> None:
    called.output_of = lambda _: answering(200, 100)
    called.envoy["sleep/clusters"] = [clusters(0, 0), clusters(100, 0)]
    assert "DISAGREES" in called.run(*TRAFFIC, code=1).out
    called.output_of = lambda _: answering(500, 100)
    called.envoy["sleep/clusters"] = [clusters(0, 0), clusters(50, 50)]
    assert "agrees with" in called.run(*TRAFFIC, code=1).out


def test_without_answers_the_senders_words_are_shown(called: CliMesh) -> None:
    called.output_of = lambda _: "no such program"
    assert called.run(*TRAFFIC, code=1).err == "error: nothing was sent: no such program\n"


def test_a_further_hop_is_looked_at_where_it_is(called: CliMesh) -> None:
    called.output_of = lambda _: answering(200, 100)
    called.add(PODS, *pod("web", ip="10.0.0.8"))
    called.envoy |= {f"web/{path}": called.envoy[f"sleep/{path}"] for path in ("config_dump", "clusters", "stats")}
    words = ("traffic", "http://web:80/page", "--from", "sleep", "--hop", "pod/web=http://reviews:9080/")
    assert called.run(*words).lines[-1] == "agrees with VirtualService default/reviews"
    assert "write WORKLOAD=URL" in called.run(*words[:-1], "pod/web", code=2).err


@pytest.mark.parametrize(
    ("url", "whole"), [("reviews:9080/x", "http://reviews:9080/x"), ("http://a/", "http://a/"), ("a", "http://a")]
)
def test_urls_need_no_scheme(url: str, whole: str) -> None:
    assert checked_url(url) == whole


@pytest.mark.parametrize("url", ["tcp://a:1", "https://a/", "http://", "http://a:port/", "http://a:0/"])
def test_urls_to_which_nothing_can_be_sent_are_refused(url: str) -> None:
    with pytest.raises(click.UsageError, match=r"write http://|over plain HTTP"):
        checked_url(url)
