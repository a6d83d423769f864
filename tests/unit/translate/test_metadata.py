"""Istio's words in Envoy's metadata."""

from google.protobuf import json_format

from lateen.ir.cluster import Cluster, ClusterKind
from lateen.ir.endpoint import Endpoint
from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import Delegate, DirectResponse, Route
from lateen.translate.metadata import (
    cluster_metadata,
    config_path,
    endpoint_metadata,
    origins_metadata,
    route_metadata,
)

RULE = ConfigOrigin(group="networking.istio.io", version="v1", kind="DestinationRule", namespace="ns", name="a")
OTHER = ConfigOrigin(group="networking.istio.io", version="v1", kind="DestinationRule", namespace="ns", name="b")
PATH = "/apis/networking.istio.io/v1/namespaces/ns/destination-rule/a"


def istio(message: object) -> object:
    return json_format.MessageToDict(message)["filterMetadata"]["istio"]  # type: ignore[arg-type]


def test_config_path() -> None:
    assert config_path(RULE) == PATH


def test_one_origin_and_several() -> None:
    assert istio(origins_metadata((RULE,))) == {"config": PATH}
    assert istio(origins_metadata((RULE, OTHER))) == {"config": PATH, "configs": [PATH, PATH[:-1] + "b"]}
    assert origins_metadata(()) is None


def test_a_route_names_its_rule_and_whom_that_delegates_to() -> None:
    action = DirectResponse(status=200)
    assert route_metadata(Route(action=action)) is None
    assert istio(route_metadata(Route(action=action, origin=RULE, rule=1))) == {"config": PATH, "rule": "http[1]"}
    delegated = Route(action=action, origin=RULE, rule=1, delegate=Delegate(origin=OTHER, rule=0))
    assert istio(route_metadata(delegated)) == {
        "config": PATH,
        "rule": "http[1]",
        "delegate": PATH[:-1] + "b",
        "delegate_rule": "http[0]",
    }


def test_a_kubernetes_service_is_called_by_its_short_name_others_by_their_host() -> None:
    host = "reviews.ns.svc.cluster.local"
    cluster = Cluster(
        name=f"outbound|9080|v1|{host}", kind=ClusterKind.EDS, service=host, service_namespace="ns", origins=(RULE,)
    )
    assert istio(cluster_metadata(cluster)) == {
        "config": PATH,
        "default_original_port": 9080,
        "subset": "v1",
        "services": [{"host": host, "name": "reviews", "namespace": "ns"}],
    }
    outside = Cluster(
        name="outbound|443||api.example.com", kind=ClusterKind.EDS, service="api.example.com", service_namespace="ns"
    )
    assert istio(cluster_metadata(outside)) == {
        "default_original_port": 443,
        "services": [{"host": "api.example.com", "name": "api.example.com", "namespace": "ns"}],
    }
    assert cluster_metadata(Cluster(name="PassthroughCluster", kind=ClusterKind.ORIGINAL_DST)) is None


def test_endpoints_carry_their_workload() -> None:
    assert istio(endpoint_metadata(Endpoint(address="1.2.3.4", workload="a;ns;a;v1;K"))) == {"workload": "a;ns;a;v1;K"}
    assert endpoint_metadata(Endpoint(address="1.2.3.4")) is None
