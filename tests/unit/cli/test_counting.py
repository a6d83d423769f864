"""A proxy's counters."""

from tests.support.cli_mesh import PODS, CliMesh, pod

from lateen.cli.counting import Tally, read_tally

A, B = ("c", "10.0.0.1:80"), ("c", "10.0.0.2:80")


def test_what_came_on_top_of_before() -> None:
    before = Tally(tries={A: 5, B: 9}, successes={A: 5}, retries={"c": 1})
    after = Tally(tries={A: 8, B: 2, ("d", "x"): 1}, successes={A: 7}, retries={"c": 1})
    # B was gone in between: it counts from zero again.
    assert after.since(before) == Tally(tries={A: 3, B: 2, ("d", "x"): 1}, successes={A: 2}, retries={"c": 0})


def test_requests_count_where_they_were_tried_and_of_other_clusters_not_at_all() -> None:
    tally = Tally(tries={A: 3, B: 0, ("mirror", "x"): 3}, successes={A: 1})
    assert tally.answered(frozenset({"c"})) == {A: 3}


def test_requests_that_were_tried_again_count_where_they_were_answered() -> None:
    tally = Tally(tries={A: 6, B: 4}, successes={A: 1, B: 4}, retries={"c": 5})
    assert tally.answered(frozenset({"c"})) == {A: 1, B: 4}


def test_the_counters_of_several_proxies_are_added(mesh: CliMesh) -> None:
    def host(address: str, tries: str, **health: bool) -> dict[str, object]:
        stats = [{"name": "rq_total", "value": tries}, {"name": "rq_success", "value": "1"}, {"name": "rq_error"}]
        socket = {"socket_address": {"address": address, "port_value": 80}}
        return {"address": socket, "stats": stats, "health_status": health}

    hosts = [host("10.0.0.1", "3"), host("10.0.0.2", "4", failed_outlier_check=True)]
    pods = []
    for name in ("a", "b"):
        mesh.add(PODS, *pod(name))
        mesh.envoy[f"{name}/clusters"] = {"cluster_statuses": [{"name": "c", "host_statuses": hosts}]}
        stats = [
            {"name": "cluster.c;.upstream_rq_retry", "value": 2},
            {"name": "cluster.c;.upstream_rq_retry_overflow", "value": 9},
        ]
        mesh.envoy[f"{name}/stats"] = {"stats": stats}
        pods.append({"metadata": {"name": name, "namespace": "default"}})
    with mesh.client as client:
        assert read_tally(client, pods) == Tally(
            tries={A: 6, B: 8}, successes={A: 2, B: 2}, retries={"c": 4}, ejected=frozenset({B[1]})
        )
