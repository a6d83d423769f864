"""A proxy's own configuration dump, with and without what stock Envoy doesn't know."""

import json
from typing import Any

import pytest
from google.protobuf import json_format
from tests.support.explaining import MESH, SUBSETS, scenario, steps
from tests.unit.explain.test_explain import SPLIT

from lateen.explain.caller import choose_caller
from lateen.explain.dump import explain_dump, read_dump
from lateen.explain.question import WrongQuestionError, parse_question
from lateen.explain.result import Topic, Verdict

NODE = "sidecar~10.0.0.1~sleep-1.default~default.svc.cluster.local"


def dump(more_filters: bool = False) -> dict[str, Any]:
    """What `/config_dump?include_eds` of the caller's proxy would say."""
    mesh = scenario(MESH + SUBSETS + SPLIT)
    proxy = choose_caller(mesh, "sleep").proxy
    assert proxy is not None
    told = mesh.resources_for(proxy)

    def written(values: Any, key: str) -> list[dict[str, Any]]:
        return [{key: json_format.MessageToDict(each, preserving_proto_field_name=True)} for each in values]

    listeners = written(told.listeners.values(), "listener")
    if more_filters:
        for each in listeners:
            for chain in each["listener"]["filter_chains"]:
                for network in chain["filters"]:
                    network["typed_config"].get("http_filters", []).insert(
                        0, {"name": "istio.stats", "typed_config": {"@type": "type.googleapis.com/stats.PluginConfig"}}
                    )
    prefix = "type.googleapis.com/envoy.admin.v3."
    return {
        "configs": [
            {
                "@type": f"{prefix}BootstrapConfigDump",
                "bootstrap": {"node": {"id": "sidecar~10.0.0.1~sleep-1.default~x"}},
            },
            {
                "@type": f"{prefix}ClustersConfigDump",
                "dynamic_active_clusters": written(told.clusters.values(), "cluster"),
                "dynamic_warming_clusters": [{"cluster": {"name": "cold"}}],
            },
            {
                "@type": f"{prefix}ListenersConfigDump",
                "dynamic_listeners": [{"name": each["listener"]["name"], "active_state": each} for each in listeners],
            },
            {
                "@type": f"{prefix}RoutesConfigDump",
                "dynamic_route_configs": written(told.routes.values(), "route_config"),
            },
            {
                "@type": f"{prefix}EndpointsConfigDump",
                "dynamic_endpoint_configs": written(told.endpoints.values(), "endpoint_config"),
            },
        ]
    }


@pytest.mark.parametrize("more_filters", [False, True])
def test_the_same_answer_as_from_the_rules(more_filters: bool) -> None:
    read = read_dump(json.dumps(dump(more_filters)))
    assert "cold" not in read.resources.clusters
    question = parse_question("http://reviews:9080/reviews/1", headers={"end-user": "jason"})
    found = explain_dump(read, question)
    assert (found.caller.name, found.caller.namespace) == ("sleep-1", "default")
    assert (found.verdict, [each.subset for each in found.clusters]) == (Verdict.FORWARD, ["v2"])
    assert found.route is not None
    assert (found.route.virtual_service, found.route.rule, found.route.line) == ("default/reviews", 0, None)
    assert [each.workload for each in found.endpoints] == ["reviews-v2"]
    assert any("istio.stats" in text for text in steps(found, Topic.NOTE)) == more_filters


@pytest.mark.parametrize("text", ["", "[]", '{"configs": 1}'])
def test_what_is_no_dump(text: str) -> None:
    with pytest.raises(WrongQuestionError):
        read_dump(text)
