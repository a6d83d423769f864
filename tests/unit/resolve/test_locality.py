from lateen.api.destination_rule import OutlierDetection, TrafficPolicy
from lateen.api.load_balancer import Distribute, Failover, LoadBalancerSettings, LocalityLoadBalancerSetting
from lateen.ir.endpoint import LocalityEndpoints
from lateen.model.service import Locality
from lateen.resolve.locality import depends_on_locality, is_locality_weighted, prefer_near

HERE = Locality("eu", "eu-1", "rack-1")
GROUPS = [
    LocalityEndpoints(region="eu", zone="eu-1", subzone="rack-1", weight=2),
    LocalityEndpoints(region="eu", zone="eu-1", subzone="rack-2", weight=2),
    LocalityEndpoints(region="eu", zone="eu-2", weight=2),
    LocalityEndpoints(region="us", zone="us-1", weight=2),
    LocalityEndpoints(region="ap", zone="ap-1", weight=2),
]


def policy(setting: LocalityLoadBalancerSetting | None = None, *, outliers: bool = True) -> TrafficPolicy:
    return TrafficPolicy(
        load_balancer=LoadBalancerSettings(locality_lb_setting=setting) if setting else None,
        outlier_detection=OutlierDetection() if outliers else None,
    )


def priorities(rules: TrafficPolicy, client: Locality | None = HERE, *, enabled: bool = True) -> list[int]:
    return [each.priority for each in prefer_near(GROUPS, rules, client, enabled=enabled)]


def test_with_outlier_detection_nearer_endpoints_come_first() -> None:
    assert priorities(policy()) == [0, 1, 2, 3, 3]


def test_priorities_have_no_gaps() -> None:
    found = prefer_near(GROUPS[2:4], policy(), HERE, enabled=True)
    assert [each.priority for each in found] == [0, 1]


def test_failover_names_the_region_that_takes_over() -> None:
    setting = LocalityLoadBalancerSetting(failover=(Failover(from_="eu", to="ap"),))
    assert priorities(policy(setting)) == [0, 1, 2, 4, 3]
    assert is_locality_weighted(policy(setting), enabled=True)


def test_nothing_is_preferred_without_outlier_detection_a_locality_or_the_setting() -> None:
    assert set(priorities(policy(outliers=False))) == {0}
    assert set(priorities(policy(), None)) == {0}
    assert set(priorities(policy(), enabled=False)) == {0}
    assert set(priorities(policy(LocalityLoadBalancerSetting(enabled=False)))) == {0}
    assert not is_locality_weighted(policy(), enabled=True)


def test_distribute_gives_each_locality_its_share_and_drops_the_rest() -> None:
    setting = LocalityLoadBalancerSetting(
        distribute=(
            Distribute(from_="us/*", to={"us/*": 100}),
            Distribute(from_="eu/eu-1/*", to={"eu/*": 80, "us/us-1/*": 20}),
        )
    )
    found = prefer_near(GROUPS, policy(setting, outliers=False), HERE, enabled=True)
    assert [(each.region, each.weight) for each in found] == [("eu", 27), ("eu", 27), ("eu", 27), ("us", 20)]
    assert is_locality_weighted(policy(setting, outliers=False), enabled=True)


def test_the_most_specific_share_counts() -> None:
    setting = LocalityLoadBalancerSetting(distribute=(Distribute(from_="*", to={"eu/eu-1/rack-1": 90, "eu/*": 10}),))
    found = prefer_near(GROUPS[:2], policy(setting), HERE, enabled=True)
    assert [each.weight for each in found] == [90, 10]


def test_localities_matter_only_to_policies_that_look_at_them() -> None:
    assert depends_on_locality(policy())
    assert not depends_on_locality(policy(outliers=False))
    assert not depends_on_locality(None)
