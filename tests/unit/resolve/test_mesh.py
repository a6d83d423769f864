from msgspec.structs import replace
from tests.support.resources import REVIEWS, endpoint_slice, pod, resources, service

from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.meta import Resource
from lateen.ir.cluster import Algorithm
from lateen.ir.config import Layer, ProxyConfig
from lateen.ir.listener import Tcp
from lateen.model.build import SnapshotBuilder
from lateen.model.service import Locality
from lateen.model.workload import Proxy, ProxyType
from lateen.resolve.mesh import MeshResolver

HOST = "reviews.default.svc.cluster.local"
CLUSTER = f"outbound|9080||{HOST}"
RATINGS = service("ratings") + pod("ratings-v1-abc-1", "ratings", "v1", "10.244.0.9")
RATINGS += endpoint_slice("ratings", ("10.244.0.9", "ratings-v1-abc-1"))
RATINGS_CLUSTER = "outbound|9080||ratings.default.svc.cluster.local"
SIDECAR = """
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: lean, namespace: default}
spec: {egress: [{hosts: [./reviews.default.svc.cluster.local]}]}
"""


class Mesh:
    """A resolver that follows the documents put into it."""

    def __init__(self, text: str) -> None:
        self.builder = SnapshotBuilder()
        self.resolver = MeshResolver()
        self.revision = 0
        self.put(*resources(text))

    def put(self, *documents: Resource) -> None:
        for each in documents:
            self.builder.put(each)
        self._update()

    def apply(self, text: str) -> None:
        self.put(*resources(text))

    def remove(self, text: str) -> None:
        for each in resources(text):
            self.builder.remove(each)
        self._update()

    def _update(self) -> None:
        self.revision += 1
        self.resolver.update(self.builder.build(self.revision))

    def config(self, proxy: Proxy) -> ProxyConfig:
        return self.resolver.config_for(proxy)

    def layer(self, proxy: Proxy, name: str) -> Layer:
        (found,) = [each for each in self.config(proxy).layers if each.name == name]
        return found

    def addresses(self, proxy: Proxy, cluster: str) -> list[tuple[str, int]]:
        localities = self.layer(proxy, "endpoints").endpoints[cluster].localities
        return [(each.address, place.priority) for place in localities for each in place.endpoints]


def sidecar(name: str = "reviews-v1-abc-1", namespace: str = "default", **labels: str) -> Proxy:
    return Proxy(
        id=f"sidecar~{name}.{namespace}",
        type=ProxyType.SIDECAR,
        name=name,
        namespace=namespace,
        labels={"app": "reviews", **labels},
    )


GATEWAY = Proxy(id="router~gw", type=ProxyType.GATEWAY, name="gw", namespace="istio-system", labels={"istio": "gw"})


def rule(policy: str = "{loadBalancer: {simple: RANDOM}}", namespace: str = "default", more: str = "") -> str:
    return f"""
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: reviews, namespace: {namespace}}}
spec:
  host: {HOST}
  trafficPolicy: {policy}
  subsets: [{{name: v2, labels: {{version: v2}}}}, {{name: v9, labels: {{version: v9}}}}]
{more}"""


def test_nothing_is_told_before_the_first_update() -> None:
    assert MeshResolver().config_for(sidecar()).layers == ()


def test_a_sidecar_is_told_clusters_endpoints_and_its_inbound_side() -> None:
    mesh = Mesh(REVIEWS + rule())
    clusters = mesh.layer(sidecar(), "clusters").clusters
    assert set(clusters) == {
        "PassthroughCluster",
        "BlackHoleCluster",
        CLUSTER,
        f"outbound|9080|v2|{HOST}",
        f"outbound|9080|v9|{HOST}",
    }
    assert clusters[CLUSTER].load_balancer.algorithm is Algorithm.RANDOM
    assert mesh.addresses(sidecar(), CLUSTER) == [("10.244.0.1", 0), ("10.244.0.2", 0)]
    assert mesh.addresses(sidecar(), f"outbound|9080|v2|{HOST}") == [("10.244.0.2", 0)]
    assert mesh.addresses(sidecar(), f"outbound|9080|v9|{HOST}") == []
    assert "inbound|9080||" in mesh.layer(sidecar(), "inbound").clusters
    assert [each.code for each in mesh.resolver.problems()] == ["SubsetWithoutEndpoints"]


def test_what_is_wrong_with_destination_rules_is_told_with_the_clusters() -> None:
    mesh = Mesh(
        REVIEWS + rule() + rule("{tls: {mode: SIMPLE, credentialName: c}}").replace("name: reviews,", "name: twin,")
    )
    found = {(each.code, each.resource and each.resource.name) for each in mesh.layer(sidecar(), "clusters").problems}
    assert found == {("DuplicateDestinationRule", "twin"), ("GatewaysOnly", "twin")}


def test_a_gateway_has_no_inbound_side_and_no_passthrough() -> None:
    mesh = Mesh(REVIEWS)
    assert {each.name for each in mesh.config(GATEWAY).layers} == {"clusters", "endpoints", "outbound"}
    assert "PassthroughCluster" not in mesh.layer(GATEWAY, "clusters").clusters


def test_proxies_of_equal_scope_share_their_layers() -> None:
    mesh = Mesh(REVIEWS)
    one, other = mesh.config(sidecar()), mesh.config(sidecar("reviews-v2-abc-1"))
    assert all(a is b for a, b in zip(one.layers, other.layers, strict=True))
    elsewhere = mesh.config(sidecar("x", "elsewhere"))
    assert elsewhere.layers[0] is one.layers[0]
    assert elsewhere.layers[1] is one.layers[1]


def test_a_client_namespace_with_a_rule_of_its_own_is_told_something_else() -> None:
    mesh = Mesh(REVIEWS + rule(namespace="elsewhere"))
    own = mesh.layer(sidecar("x", "elsewhere"), "clusters").clusters[CLUSTER]
    assert own.load_balancer.algorithm is Algorithm.RANDOM
    assert mesh.layer(sidecar(), "clusters").clusters[CLUSTER].load_balancer.algorithm is Algorithm.LEAST_REQUEST


def test_a_rule_for_chosen_workloads_governs_only_them() -> None:
    mesh = Mesh(REVIEWS + rule(more="  workloadSelector: {matchLabels: {team: a}}\n"))
    chosen = mesh.layer(sidecar(team="a"), "clusters").clusters[CLUSTER]
    assert chosen.load_balancer.algorithm is Algorithm.RANDOM
    other = mesh.layer(replace(sidecar(team="b"), id="b"), "clusters").clusters[CLUSTER]
    assert other.load_balancer.algorithm is Algorithm.LEAST_REQUEST


def moved(document: Resource, address: str) -> EndpointSlice:
    assert isinstance(document, EndpointSlice)
    return replace(document, endpoints=(replace(document.endpoints[0], addresses=(address,)),))


def test_an_endpoint_change_reaches_only_that_services_endpoints() -> None:
    mesh = Mesh(REVIEWS + RATINGS + rule())
    before = {each.name: each for each in mesh.config(sidecar()).layers}
    mesh.put(moved(resources(RATINGS)[-1], "10.244.0.10"))
    after = {each.name: each for each in mesh.config(sidecar()).layers}
    assert [name for name in after if after[name] is not before[name]] == ["endpoints"]
    old, new = before["endpoints"].endpoints, after["endpoints"].endpoints
    assert [name for name in new if new[name] is not old[name]] == [RATINGS_CLUSTER]
    assert mesh.addresses(sidecar(), RATINGS_CLUSTER) == [("10.244.0.10", 0)]


def test_a_rule_change_touches_only_its_hosts_clusters() -> None:
    mesh = Mesh(REVIEWS + RATINGS + rule())
    before = mesh.layer(sidecar(), "clusters").clusters
    mesh.apply(rule("{loadBalancer: {simple: ROUND_ROBIN}}"))
    after = mesh.layer(sidecar(), "clusters").clusters
    assert {name for name in after if after[name] is not before[name]} == {name for name in after if HOST in name}


def test_an_update_that_changes_nothing_keeps_the_configuration() -> None:
    mesh = Mesh(REVIEWS + rule())
    before = mesh.config(sidecar())
    mesh.apply("---\napiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n")
    assert mesh.config(sidecar()) is before
    assert mesh.config(replace(sidecar())) is before


def test_what_is_deleted_is_gone_and_comes_back() -> None:
    mesh = Mesh(REVIEWS + RATINGS)
    mesh.remove(RATINGS)
    assert RATINGS_CLUSTER not in mesh.layer(sidecar(), "clusters").clusters
    assert RATINGS_CLUSTER not in mesh.layer(sidecar(), "endpoints").endpoints
    mesh.apply(RATINGS)
    assert mesh.addresses(sidecar(), RATINGS_CLUSTER) == [("10.244.0.9", 0)]


def test_a_client_prefers_its_locality_only_if_a_rule_looks_at_localities() -> None:
    node = "---\napiVersion: v1\nkind: Node\nmetadata: {name: node-a, labels: {topology.kubernetes.io/region: eu}}\n"
    mesh = Mesh(REVIEWS.replace("version: v2,", "version: v2, istio-locality: us.us-1,") + node)
    client = replace(sidecar(), locality=Locality("us", "us-1"))
    assert mesh.config(client).layers[1] is mesh.config(replace(sidecar(), id="other")).layers[1]
    mesh.apply(rule("{outlierDetection: {consecutive5xxErrors: 1}}"))
    assert mesh.addresses(client, CLUSTER) == [("10.244.0.1", 1), ("10.244.0.2", 0)]
    assert {priority for _, priority in mesh.addresses(sidecar(), CLUSTER)} == {0}


def test_a_workload_that_gains_a_port_is_told_of_it() -> None:
    mesh = Mesh(REVIEWS)
    before = mesh.layer(sidecar(), "inbound")
    mesh.apply(service("admin", port=7070).replace("selector: {app: admin}", "selector: {app: reviews}"))
    after = mesh.layer(sidecar(), "inbound")
    assert set(after.clusters) - set(before.clusters) == {"inbound|7070||"}


def test_a_sidecar_takes_away_what_it_does_not_import_and_gives_it_back_when_it_is_deleted() -> None:
    mesh = Mesh(REVIEWS + RATINGS)
    before, other = mesh.config(sidecar()), mesh.config(sidecar(namespace="other"))
    mesh.apply(SIDECAR)
    assert CLUSTER in mesh.layer(sidecar(), "clusters").clusters
    assert RATINGS_CLUSTER not in mesh.layer(sidecar(), "clusters").clusters
    assert RATINGS_CLUSTER not in mesh.layer(sidecar(), "endpoints").endpoints
    assert mesh.layer(sidecar(), "clusters").clusters[CLUSTER] == before.layers[0].clusters[CLUSTER]
    assert mesh.config(sidecar(namespace="other")) is other
    assert mesh.config(GATEWAY).layers[0].clusters.keys() >= {CLUSTER, RATINGS_CLUSTER}
    mesh.remove(SIDECAR)
    assert mesh.layer(sidecar(), "clusters") is before.layers[0]


def test_proxies_under_the_same_sidecar_share_their_layers() -> None:
    mesh = Mesh(REVIEWS + RATINGS + SIDECAR)
    one, two = (mesh.config(sidecar(name, version=name)) for name in ("reviews-v1-abc-1", "reviews-v2-abc-1"))
    assert all(a is b for a, b in zip(one.layers[:3], two.layers[:3], strict=True))


def test_a_change_that_a_sidecar_hides_changes_nothing_for_its_workloads() -> None:
    mesh = Mesh(REVIEWS + RATINGS + SIDECAR)
    before = mesh.config(sidecar())
    mesh.remove(RATINGS)
    mesh.apply(service("more"))
    assert mesh.config(sidecar()) is before


def test_two_sidecars_for_the_same_workload_are_a_problem_of_the_mesh() -> None:
    mesh = Mesh(REVIEWS + SIDECAR + SIDECAR.replace("name: lean", "name: more"))
    assert [(str(each.resource), each.code) for each in mesh.resolver.problems()] == [
        ("Sidecar default/more", "IST0111")
    ]
    assert mesh.resolver.sidecar_for(GATEWAY) is None


def test_a_listener_follows_its_sidecar_from_version_to_version() -> None:
    egress = (
        "{port: {number: 9080, protocol: HTTP}, bind: 127.0.0.9, captureMode: MODE, hosts: ['./*']}, {hosts: ['./*']}"
    )
    proxy = "{host: ratings.default.svc.cluster.local, port: {number: 9080}}"
    head = SIDECAR.partition("spec:")[0]

    def version(mode: str, more: str = "") -> str:
        return f"{head}spec: {{{more}egress: [{egress.replace('MODE', mode)}]}}"

    mesh = Mesh(REVIEWS + RATINGS + version("IPTABLES"))
    assert not mesh.layer(sidecar(), "outbound").listeners["127.0.0.9_9080"].bound
    mesh.apply(version("NONE"))
    found = mesh.layer(sidecar(), "outbound").listeners["127.0.0.9_9080"]
    assert (found.bound, found.fresh_socket) == (True, True)
    mesh.apply(version("NONE", f"outboundTrafficPolicy: {{mode: ALLOW_ANY, egressProxy: {proxy}}}, "))
    default = mesh.layer(sidecar(), "outbound").listeners["0.0.0.0_9080"].default_chain
    assert default
    assert isinstance(default.network, Tcp)
    assert default.network.targets[0].cluster == RATINGS_CLUSTER
