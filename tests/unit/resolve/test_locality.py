from tests.support.resources import snapshot
from tests.support.routing import document

from lateen.api.destination_rule import OutlierDetection, TrafficPolicy
from lateen.api.load_balancer import (
    Distribute,
    Failover,
    LoadBalancerSettings,
    LocalityLoadBalancerSetting,
    ZoneAwareLoadBalancerSetting,
)
from lateen.api.topology import NETWORK, REGION, SUBZONE, ZONE
from lateen.ir.cluster import ZoneAware
from lateen.ir.endpoint import LocalityEndpoints
from lateen.lib.memo import Memo
from lateen.model.service import Endpoint, Locality
from lateen.model.settings import MeshSettings
from lateen.model.traffic_distribution import SAME_NODE, SAME_ZONE
from lateen.resolve.locality import (
    distributed,
    is_locality_weighted,
    places_compared,
    preference_for,
    ranks_of,
    zone_aware,
)
from lateen.resolve.place import Place

MESH = MeshSettings()
HERE = Place(Locality("eu", "eu-1", "rack-1"))
THERE = [
    Locality("eu", "eu-1", "rack-1"),
    Locality("eu", "eu-1", "rack-2"),
    Locality("eu", "eu-2"),
    Locality("us", "us-1"),
    Locality("ap", "ap-1"),
]
GROUPS = [LocalityEndpoints(region=each.region, zone=each.zone, subzone=each.subzone, weight=2) for each in THERE]
ENDPOINTS = [Endpoint(f"10.0.0.{number}", 80, locality=each) for number, each in enumerate(THERE)]
Setting = LocalityLoadBalancerSetting | ZoneAwareLoadBalancerSetting


def policy(setting: Setting | None = None, *, outliers: bool = True) -> TrafficPolicy:
    balancer = (
        LoadBalancerSettings(zone_aware_lb_setting=setting)
        if isinstance(setting, ZoneAwareLoadBalancerSetting)
        else LoadBalancerSettings(locality_lb_setting=setting)
    )
    return TrafficPolicy(
        load_balancer=balancer if setting else None,
        outlier_detection=OutlierDetection() if outliers else None,
    )


def ranks(
    rules: TrafficPolicy | None, client: Place = HERE, mesh: MeshSettings = MESH, endpoints: list[Endpoint] = ENDPOINTS
) -> list[int]:
    preference = preference_for(rules, mesh)
    return ranks_of(endpoints, preference, client) if preference else []


def labelled(*labels: dict[str, str]) -> list[Endpoint]:
    return [Endpoint("10.0.0.1", 80, labels=each) for each in labels]


def by_labels(*wanted: str) -> TrafficPolicy:
    return policy(LocalityLoadBalancerSetting(failover_priority=wanted))


def test_with_outlier_detection_nearer_endpoints_come_first() -> None:
    assert ranks(policy()) == [0, 1, 2, 3, 3]


def test_priorities_have_no_gaps() -> None:
    assert ranks(policy(), endpoints=ENDPOINTS[2:4]) == [0, 1]


def test_a_client_that_is_nowhere_is_near_to_what_is_nowhere_either() -> None:
    assert ranks(policy(), Place(), endpoints=[*ENDPOINTS, Endpoint("10.0.0.9", 80)]) == [1, 1, 1, 1, 1, 0]


def test_failover_names_the_region_that_takes_over() -> None:
    rules = policy(LocalityLoadBalancerSetting(failover=(Failover(from_="us", to="eu"), Failover(from_="eu", to="ap"))))
    assert ranks(rules) == [0, 1, 2, 4, 3]
    assert is_locality_weighted(preference_for(rules, MESH))


def test_all_are_alike_without_outlier_detection_or_the_setting() -> None:
    off = LocalityLoadBalancerSetting(enabled=False)
    assert preference_for(policy(outliers=False), MESH) is None
    assert preference_for(policy(off), MESH) is None
    assert preference_for(policy(), MeshSettings(locality_lb=off)) is None
    assert preference_for(None, MESH) is None
    assert not is_locality_weighted(preference_for(policy(), MESH))


def test_the_rules_setting_takes_the_place_of_the_meshs_as_a_whole() -> None:
    mesh = MeshSettings(locality_lb=LocalityLoadBalancerSetting(failover=(Failover(from_="eu", to="ap"),)))
    assert ranks(policy(), mesh=mesh) == [0, 1, 2, 4, 3]
    assert ranks(policy(LocalityLoadBalancerSetting()), mesh=mesh) == [0, 1, 2, 3, 3]
    shares = MeshSettings(locality_lb=LocalityLoadBalancerSetting(distribute=(Distribute(from_="*", to={"us": 100}),)))
    assert preference_for(None, shares) is not None
    assert is_locality_weighted(preference_for(None, shares))


def test_labels_are_compared_in_order_up_to_the_first_that_differs() -> None:
    client = Place(labels=(("a", "1"), ("b", "2")))
    endpoints = labelled({"a": "1", "b": "2"}, {"a": "1", "b": "3"}, {"a": "1"}, {"a": "2", "b": "2"}, {})
    assert ranks(by_labels("a", "b"), client, endpoints=endpoints) == [0, 1, 1, 2, 2]
    assert is_locality_weighted(preference_for(by_labels("a", "b"), MESH))
    assert ranks(by_labels("c"), client, endpoints=endpoints) == [0] * 5


def test_a_label_with_a_value_is_compared_with_that() -> None:
    client = Place(labels=(("version", "v2"),))
    endpoints = labelled({"version": "v1"}, {"version": "v2"})
    assert ranks(by_labels("version=v1"), client, endpoints=endpoints) == [0, 1]


def test_where_endpoints_are_counts_as_their_labels() -> None:
    client = Place(HERE.locality, ((REGION, "eu"), (ZONE, "eu-1"), (SUBZONE, "rack-1")))
    assert ranks(by_labels(REGION, ZONE, SUBZONE), client) == [0, 1, 2, 3, 3]


def test_another_network_comes_after_everything_else() -> None:
    endpoints = [
        Endpoint("10.0.0.1", 80, network=network, locality=Locality(region))
        for network, region in (("n1", "eu"), ("n1", "us"), ("n2", "eu"), ("n2", "us"))
    ]
    client = Place(labels=((NETWORK, "n1"), (REGION, "eu")))
    assert ranks(by_labels(NETWORK, REGION), client, endpoints=endpoints) == [0, 1, 2, 3]


def test_distance_decides_between_those_whose_labels_are_alike_only_with_failover() -> None:
    setting = LocalityLoadBalancerSetting(failover_priority=("a",), failover=(Failover(from_="eu", to="us"),))
    endpoints = [
        Endpoint("10.0.0.1", 80, labels={"a": value}, locality=Locality(region))
        for value, region in (("1", "us"), ("1", "eu"), ("2", "eu"), ("2", "ap"))
    ]
    client = Place(Locality("eu"), (("a", "1"),))
    assert ranks(policy(setting), client, endpoints=endpoints) == [1, 0, 2, 3]
    assert ranks(by_labels("a"), client, endpoints=endpoints) == [0, 0, 1, 1]


def test_zone_awareness_leaves_the_zones_of_a_region_alike_and_needs_no_outlier_detection() -> None:
    setting = ZoneAwareLoadBalancerSetting(failover=(Failover(from_="eu", to="ap"),), min_cluster_size=3)
    assert ranks(policy(setting, outliers=False)) == [0, 0, 0, 2, 1]
    assert zone_aware(policy(setting), MESH) == ZoneAware(min_cluster_size=3)
    assert not is_locality_weighted(preference_for(policy(setting), MESH))
    assert ranks(policy(ZoneAwareLoadBalancerSetting(), outliers=False)) == [0, 0, 0, 1, 1]


def test_zone_awareness_that_is_off_is_said_to_envoy_too() -> None:
    off = ZoneAwareLoadBalancerSetting(enabled=False)
    assert preference_for(policy(off), MESH) is None
    assert zone_aware(policy(off), MESH) == ZoneAware(enabled=False)
    assert zone_aware(None, MeshSettings(zone_aware_lb=off)) == ZoneAware(enabled=False)
    assert zone_aware(policy(LocalityLoadBalancerSetting()), MeshSettings(zone_aware_lb=off)) is None


def test_distribute_gives_each_locality_its_share_and_drops_the_rest() -> None:
    shares = (
        Distribute(from_="us/*", to={"us/*": 100}),
        Distribute(from_="eu/eu-1/*", to={"eu/*": 80, "us/us-1/*": 20}),
    )
    found = distributed(GROUPS, shares, HERE)
    assert [(each.region, each.weight) for each in found] == [("eu", 27), ("eu", 27), ("eu", 27), ("us", 20)]
    setting = LocalityLoadBalancerSetting(distribute=shares)
    assert is_locality_weighted(preference_for(policy(setting, outliers=False), MESH))
    assert distributed(GROUPS, shares, Place(Locality("ap"))) == tuple(GROUPS)


def test_the_most_specific_share_counts() -> None:
    shares = (Distribute(from_="*", to={"eu/eu-1/rack-1": 90, "eu/*": 10}),)
    for client in (HERE, Place()):
        assert [each.weight for each in distributed(GROUPS[:2], shares, client)] == [90, 10]


def test_where_clients_are_matters_only_where_a_rule_looks_at_it() -> None:
    def compared(*specs: str, mesh: MeshSettings = MESH) -> frozenset[str] | None:
        rules = snapshot("".join(document("DestinationRule", f"r{at}", spec) for at, spec in enumerate(specs)))
        return places_compared(Memo(), rules.destination_rules, mesh, frozenset())

    alike = "loadBalancer: {localityLbSetting: {failoverPriority: [version=v1, app]}}"
    assert compared() is None
    assert compared("{host: a, trafficPolicy: {loadBalancer: {simple: RANDOM}}}") is None
    assert compared("{host: a, trafficPolicy: {outlierDetection: {}}}") == frozenset()
    assert compared(f"{{host: a, subsets: [{{name: v1, trafficPolicy: {{{alike}}}}}]}}") == frozenset({"app"})
    port = "portLevelSettings: [{port: {number: 80}, outlierDetection: {}}]"
    assert compared(f"{{host: a, trafficPolicy: {{{port}}}}}") == frozenset()
    shares = MeshSettings(locality_lb=LocalityLoadBalancerSetting(distribute=(Distribute(from_="*", to={"us": 100}),)))
    assert compared(mesh=shares) == frozenset()


def test_a_service_may_ask_for_near_endpoints_itself() -> None:
    client = Place(HERE.locality, ((REGION, "eu"), (ZONE, "eu-1"), (SUBZONE, "rack-1")))
    zone, node = (preference_for(policy(outliers=False), MESH, each) for each in (SAME_ZONE, SAME_NODE))
    assert zone is not None
    assert node is not None
    assert ranks_of(ENDPOINTS, zone, client) == [0, 0, 1, 2, 2]
    assert ranks_of(ENDPOINTS, node, client) == [0, 1, 2, 3, 3]
    assert is_locality_weighted(zone)
    off = policy(LocalityLoadBalancerSetting(enabled=False))
    assert preference_for(off, MESH, SAME_ZONE) is None
    zones = MeshSettings(zone_aware_lb=ZoneAwareLoadBalancerSetting())
    assert (preference_for(None, zones, SAME_ZONE), zone_aware(None, zones, SAME_ZONE)) == (zone, None)
    assert places_compared(Memo(), (), MESH, frozenset({SAME_ZONE})) == frozenset({NETWORK, REGION, ZONE})
