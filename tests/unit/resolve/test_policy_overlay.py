from tests.support.resources import snapshot
from tests.support.routing import document

from lateen.resolve.host_rule import merge_rules
from lateen.resolve.policy_overlay import policy_for

POLICY = """
  host: reviews
  trafficPolicy:
    loadBalancer: {simple: RANDOM}
    connectionPool: {tcp: {maxConnections: 1}}
    proxyProtocol: {version: V2}
    portLevelSettings: [{port: {number: 80}, outlierDetection: {consecutive5xxErrors: 7}}]
  subsets:
  - name: v1
    trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}
  - name: v2
    trafficPolicy:
      portLevelSettings: [{port: {number: 9080}, tls: {mode: SIMPLE}}]
"""


def test_a_subsets_policy_replaces_block_by_block_and_a_ports_replaces_all() -> None:
    found = merge_rules(*snapshot(document("DestinationRule", "a", POLICY)).destination_rules)
    whole, one, two = (policy_for(found, 9080, subset) for subset in ("", "v1", "v2"))
    assert whole
    assert whole.load_balancer
    assert whole.load_balancer.simple == "RANDOM"
    assert one
    assert one.load_balancer
    assert one.load_balancer.simple == "ROUND_ROBIN"
    assert one.connection_pool == whole.connection_pool
    assert two
    assert (two.load_balancer, two.connection_pool) == (None, None)
    assert two.tls
    assert two.proxy_protocol
    port = policy_for(found, 80)
    assert port
    assert (port.load_balancer, port.connection_pool, port.proxy_protocol) == (None, None, None)
    assert port.outlier_detection
    assert policy_for(found, 80, "v1").load_balancer.simple == "ROUND_ROBIN"  # type: ignore[union-attr]
