from tests.support.resources import REVIEWS, service, snapshot

from lateen.api.topology import REGION
from lateen.model.service import Locality
from lateen.model.workload import Proxy, ProxyType
from lateen.resolve.place import Place
from lateen.resolve.scope import Scope, ScopeIndex, route_labels, scope_of
from lateen.resolve.selectors import index_selectors

EMPTY = ScopeIndex(frozenset(), frozenset(), frozenset(), place_labels=None, gateways=())
NOBODY = index_selectors(())


def proxy(type_: ProxyType = ProxyType.SIDECAR, **labels: str) -> Proxy:
    return Proxy(
        id="p", type=type_, name="p", namespace="default", labels=labels, locality=Locality("eu"), netns_host="/run/n"
    )


def test_what_no_rule_looks_at_makes_no_difference() -> None:
    assert scope_of(proxy(app="a"), EMPTY, NOBODY, None) == scope_of(proxy(app="b"), EMPTY, NOBODY, None)
    assert scope_of(proxy(), EMPTY, NOBODY, None) == Scope(ProxyType.SIDECAR, "default")


def test_labels_that_routes_match_clients_by_do() -> None:
    text = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a}
spec:
  hosts: [a]
  http: [{match: [{sourceLabels: {app: x}}]}]
  tls: [{match: [{sniHosts: [a], sourceLabels: {tier: x}}]}]
  tcp: [{match: [{port: 1}, {sourceLabels: {zone: x}}]}]
"""
    keys = route_labels(snapshot(text).virtual_services)
    assert keys == {"app", "tier", "zone"}
    index = ScopeIndex(keys, frozenset(), frozenset(), place_labels=None, gateways=())
    assert scope_of(proxy(zone="1", app="a", other="x"), index, NOBODY, None).labels == (("app", "a"), ("zone", "1"))


def test_the_place_counts_only_where_a_rule_looks_at_it() -> None:
    index = ScopeIndex(
        frozenset(), frozenset(), frozenset(), place_labels=frozenset({"tier", REGION, "app"}), gateways=()
    )
    here = Place(Locality("eu"), (("app", "a"), (REGION, "eu")))
    assert scope_of(proxy(app="a", other="x"), index, NOBODY, None).place == here
    assert scope_of(proxy(), EMPTY, NOBODY, None).place is None


def test_a_gateways_scope_knows_its_gateways_the_services_before_it_and_its_ports() -> None:
    gateways = snapshot(
        """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: chosen, namespace: elsewhere}
spec: {selector: {istio: gw}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: other}
spec: {selector: {istio: other}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: all}
"""
    ).gateways
    mesh = snapshot(REVIEWS + service("front").replace("app: front", "istio: gw") + service("x", "elsewhere"))
    index = ScopeIndex(frozenset(), frozenset(), frozenset(), place_labels=None, gateways=tuple(gateways))
    workload = mesh.workloads["default", "reviews-v1-abc-1"]
    services = index_selectors(mesh.services.values())
    found = scope_of(proxy(ProxyType.GATEWAY, istio="gw"), index, services, workload)
    assert found.gateways == (("default", "all"), ("elsewhere", "chosen"))
    assert found.services == (("default", "front.default.svc.cluster.local"),)
    assert found.ports == (("web", 9080),)
    assert found.host_netns == "/run/n"
    assert scope_of(proxy(istio="gw"), index, services, workload).gateways == ()
