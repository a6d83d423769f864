import pytest
from msgspec.structs import replace
from tests.support.resources import REVIEWS, endpoint_slice, pod, resources, service, snapshot

from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.meta import Resource
from lateen.api.virtual_service import VirtualService
from lateen.model.build import SnapshotBuilder, build_snapshot
from lateen.model.service import Locality, Protocol, Resolution
from lateen.model.snapshot import MeshSnapshot

HOST = "reviews.default.svc.cluster.local"
NODE = """
---
apiVersion: v1
kind: Node
metadata: {name: node-a, labels: {topology.kubernetes.io/region: eu, topology.kubernetes.io/zone: eu-1}}
"""
RATINGS = service("ratings") + pod("ratings-v1-abc-1", "ratings", "v1", "10.244.0.9")
RATINGS += endpoint_slice("ratings", ("10.244.0.9", "ratings-v1-abc-1"))


def addresses(mesh: MeshSnapshot, host: str = HOST, port: int = 9080) -> list[str]:
    return [each.address for each in mesh.endpoints["default", host, port]]


def test_a_kubernetes_service_with_pods() -> None:
    mesh = snapshot(REVIEWS + NODE)
    found = mesh.services["default", HOST]
    assert (found.resolution, found.headless, found.is_kubernetes) == (Resolution.STATIC, False, True)
    assert [(port.number, port.protocol, port.target) for port in found.ports] == [(9080, Protocol.HTTP, 9080)]
    first = mesh.endpoints["default", HOST, 9080][0]
    assert (first.address, first.port, first.pod) == ("10.244.0.1", 9080, "reviews-v1-abc-1")
    assert (first.workload, first.service_account, first.labels["version"]) == ("reviews-v1", "reviews", "v1")
    assert first.locality == Locality("eu", "eu-1")


def test_the_pods_own_locality_label_beats_the_nodes() -> None:
    labelled = pod("a", "reviews", "v1", "10.0.0.1").replace(
        "version: v1,", "version: v1, istio-locality: us.us-2.rack,"
    )
    mesh = snapshot(labelled + NODE)
    assert mesh.workloads["default", "a"].locality == Locality("us", "us-2", "rack")


def test_workloads_know_their_ports_and_probes_but_not_the_proxys() -> None:
    probed = pod("a", "reviews", "v1", "10.0.0.1").replace(
        "name: web}]", "name: web}], readinessProbe: {httpGet: {port: web}}, livenessProbe: {tcpSocket: {port: 9090}}"
    )
    workload = snapshot(probed).workloads["default", "a"]
    assert [(port.number, port.name) for port in workload.ports] == [(9080, "web")]
    assert workload.probe_ports == (9080, 9090)
    assert workload.has_sidecar
    assert workload.ready


def test_a_gateways_ports_are_its_proxys() -> None:
    gateway = pod("gw", "gw", "v1", "10.0.0.1").replace(
        "  - {name: app, ports: [{containerPort: 9080, name: web}]}\n", ""
    )
    assert [port.number for port in snapshot(gateway).workloads["default", "gw"].ports] == [15090]


def test_ports_meet_by_name_and_the_slice_says_the_number() -> None:
    text = service("reviews", port=80) + endpoint_slice("reviews", ("10.0.0.1", "x"), port=8080)
    text += endpoint_slice("other", ("10.0.0.2", "x"))
    mesh = snapshot(text + endpoint_slice("reviews", ("10.0.0.3", "b"), port_name="admin").replace("-x,", "-admin,"))
    assert [(each.address, each.port) for each in mesh.endpoints["default", HOST, 80]] == [("10.0.0.1", 8080)]


def test_conditions_say_who_is_ready_and_who_is_draining() -> None:
    text = service("reviews") + endpoint_slice("reviews", ("10.0.0.1", "a"), ("10.0.0.2", "b"), ("10.0.0.3", "c"))
    text = text.replace("[10.0.0.2], conditions: {ready: true}", "[10.0.0.2], conditions: {ready: false}")
    text = text.replace(
        "[10.0.0.3], conditions: {ready: true}",
        "[10.0.0.3], conditions: {ready: false, serving: true, terminating: true}",
    )
    found = snapshot(text).endpoints["default", HOST, 9080]
    assert [(each.ready, each.draining) for each in found] == [(True, False), (False, False), (False, True)]


def test_headless_and_external_name_services() -> None:
    headless = service("reviews").replace("clusterIP: 10.96", "clusterIP: None # ")
    external = """
---
apiVersion: v1
kind: Service
metadata: {name: search}
spec: {type: ExternalName, externalName: example.com}
"""
    mesh = snapshot(headless + external)
    assert mesh.services["default", HOST].headless
    assert mesh.services["default", HOST].addresses == ()
    alias = mesh.services["default", "search.default.svc.cluster.local"]
    assert (alias.resolution, alias.alias_of) == (Resolution.ALIAS, "example.com")


ENTRY = """
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api}
spec:
  hosts: [api.example.com]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [{number: 443, name: https, protocol: TLS, targetPort: 8443}, {number: 80, name: http, protocol: HTTP}]
  endpoints:
  - {address: 192.0.2.1, ports: {http: 8080}, weight: 3, locality: eu/eu-1, labels: {version: v1}}
  - {address: 192.0.2.2}
  - {address: "unix:///run/api.sock"}
"""


def test_a_service_entrys_endpoints_take_the_port_that_is_closest_to_them() -> None:
    mesh = snapshot(ENTRY)
    found = mesh.services["default", "api.example.com"]
    assert (found.mesh_external, found.is_kubernetes, found.resolution) == (True, False, Resolution.STATIC)
    http = mesh.endpoints["default", "api.example.com", 80]
    assert [(each.address, each.port, each.weight) for each in http] == [
        ("192.0.2.1", 8080, 3),
        ("192.0.2.2", 80, 1),
        ("unix:///run/api.sock", 0, 1),
    ]
    assert http[0].locality == Locality("eu", "eu-1")
    assert [each.port for each in mesh.endpoints["default", "api.example.com", 443]] == [8443, 8443, 0]


def test_a_name_that_is_looked_up_is_its_own_endpoint() -> None:
    text = ENTRY[: ENTRY.index("  endpoints")].replace("STATIC", "DNS")
    found = snapshot(text).endpoints["default", "api.example.com", 443]
    assert [(each.address, each.port) for each in found] == [("api.example.com", 8443)]


def test_a_service_entry_selects_pods_of_its_namespace() -> None:
    text = ENTRY[: ENTRY.index("  endpoints")] + "  workloadSelector: {labels: {app: reviews, version: v2}}\n"
    found = snapshot(REVIEWS + text).endpoints["default", "api.example.com", 80]
    assert [(each.address, each.pod) for each in found] == [("10.244.0.2", "reviews-v2-abc-1")]


def test_service_entries_for_one_host_share_their_endpoints_and_the_oldest_describes_it() -> None:
    younger = ENTRY.replace("name: api}", "name: api-more}").replace("192.0.2", "198.51.100").replace("STATIC", "NONE")
    mesh = snapshot(ENTRY + younger)
    assert mesh.services["default", "api.example.com"].resolution is Resolution.STATIC
    assert addresses(mesh, "api.example.com", 80)[-2:] == ["198.51.100.1", "198.51.100.2"]
    assert [(each.code, each.resource and each.resource.name) for each in mesh.problems] == [
        ("DuplicateHost", "api-more")
    ]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("resolution: DNS", ("240.240.0.1",)),
        ("resolution: NONE", ()),
        ("resolution: DNS, addresses: [192.0.2.1/32, 192.0.2.0/24]", ("192.0.2.1", "192.0.2.0/24")),
    ],
)
def test_a_service_entrys_own_addresses_go_before_automatic_ones(spec: str, expected: tuple[str, ...]) -> None:
    text = f"""
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: api}}
spec: {{hosts: [a.example.com], ports: [{{number: 80, name: http, protocol: HTTP}}], {spec}}}
status: {{addresses: [{{host: a.example.com, value: 240.240.0.1}}, {{host: b.example.com, value: 240.240.0.2}}]}}
"""
    assert snapshot(text).services["default", "a.example.com"].addresses == expected
    opted_out = text.replace(
        "{name: api}", "{name: api, labels: {networking.istio.io/enable-autoallocate-ip: 'false'}}"
    )
    assert "240.240.0.1" not in snapshot(opted_out).services["default", "a.example.com"].addresses


def test_hosts_have_their_automatic_addresses_at_once() -> None:
    builder = SnapshotBuilder(gives_addresses=True)
    for each in resources(ENTRY.replace("api.example.com]", "api.example.com, b.example.com]")):
        builder.put(each)
    services = builder.build(1).services
    (address,) = services["default", "b.example.com"].addresses
    assert address.startswith("240.240.")
    for each in resources(ENTRY.replace("name: api}", "name: other}").replace("api.example.com", "c.example.com")):
        builder.put(each)
    assert builder.build(2).services["default", "b.example.com"] is services["default", "b.example.com"]


def test_an_endpoints_label_may_say_where_it_is() -> None:
    text = ENTRY.replace("{address: 192.0.2.2}", "{address: 192.0.2.2, labels: {istio-locality: eu.eu-2.rack}}")
    found = snapshot(text).endpoints["default", "api.example.com", 80]
    assert [each.locality for each in found[:2]] == [Locality("eu", "eu-1"), Locality("eu", "eu-2", "rack")]


def test_service_entries_for_one_host_share_their_ports() -> None:
    entry = """
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: %s}
spec: {hosts: [a.example.com], addresses: [%s], resolution: DNS, ports: [{number: %s, name: %s, protocol: %s}]}
"""
    plain = entry % ("plain", "192.0.2.1", 80, "http", "HTTP")
    mesh = snapshot(plain + entry % ("secure", "192.0.2.2", 443, "https", "HTTPS"))
    found = mesh.services["default", "a.example.com"]
    assert [(port.number, port.protocol) for port in found.ports] == [(80, Protocol.HTTP), (443, Protocol.HTTPS)]
    assert found.addresses == ("192.0.2.1", "192.0.2.2")
    assert [each.port for each in mesh.endpoints["default", "a.example.com", 443]] == [443]
    assert not mesh.problems
    assert [each.code for each in snapshot(plain + plain.replace("plain", "again")).problems] == ["DuplicateHost"]
    secure = entry % ("secure", "192.0.2.2", 443, "https", "HTTPS")
    for other in (
        secure.replace("DNS", "STATIC"),
        secure.replace("DNS", "DNS, exportTo: ['.']"),
        secure.replace("DNS", "DNS, workloadSelector: {labels: {app: a}}"),
        secure.replace("secure}", "secure, labels: {app: a}}"),
    ):
        apart = snapshot(plain + other)
        assert [port.number for port in apart.services["default", "a.example.com"].ports] == [80]
        assert [each.code for each in apart.problems] == ["DuplicateHost"]


def test_ports_of_one_name_keep_their_endpoints_apart_where_these_are_looked_up() -> None:
    entry = """
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e%s}
spec: {hosts: [a.com], resolution: DNS, ports: [{number: %s, name: p, protocol: HTTP%s}]%s}
"""
    named = ", endpoints: [{address: b.com}, {address: c.com, ports: {p: 2345}}]"
    ports = ((80, "", ""), (8080, "", ""), (80, ", targetPort: 1234", ""), (80, ", targetPort: 999", named))
    mesh = snapshot("".join(entry % (number, *port) for number, port in enumerate(ports)))

    def found(port: int) -> list[str]:
        return [f"{each.address}:{each.port}" for each in mesh.endpoints["default", "a.com", port]]

    assert found(8080) == ["a.com:8080"]
    assert found(80) == ["a.com:80", "a.com:1234", "b.com:999", "c.com:2345"]


@pytest.mark.parametrize(
    ("first", "second", "automatic"), [("", "", True), ("", "192.0.2.2", False), ("192.0.2.1", "", False)]
)
def test_addresses_of_a_host_are_automatic_where_no_entry_chooses_any(
    first: str, second: str, *, automatic: bool
) -> None:
    mesh = snapshot(
        "".join(
            f"""
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: e-{port}}}
spec: {{hosts: [a.com], addresses: [{address}], resolution: DNS, ports: [{{number: {port}, name: t-{port}}}]}}
"""
            for port, address in ((1, first), (2, second))
        )
    )
    assert mesh.services["default", "a.com"].automatic is automatic


def test_endpoints_may_show_the_names_of_their_service_accounts() -> None:
    mesh = snapshot(
        """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: e, namespace: test}
spec:
  hosts: [a.com]
  resolution: STATIC
  subjectAltNames: [top]
  endpoints: [{address: 1.1.1.1, serviceAccount: b}, {address: 1.1.1.2, serviceAccount: a}, {address: 1.1.1.3}]
  ports: [{number: 80, name: http}]
"""
    )
    accounts = [f"spiffe://cluster.local/ns/test/sa/{each}" for each in "ab"]
    assert mesh.services["test", "a.com"].subject_alt_names == ("top", *accounts)


def test_a_kubernetes_service_beats_an_older_service_entry() -> None:
    mesh = snapshot(ENTRY.replace("api.example.com", HOST) + REVIEWS)
    assert mesh.services["default", HOST].is_kubernetes
    assert addresses(mesh) == ["10.244.0.1", "10.244.0.2"]
    assert [each.code for each in mesh.problems] == ["DuplicateHost"]


def test_rules_are_in_order_of_creation_then_name_then_namespace() -> None:
    rule = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: {hosts: [a]}\nmetadata: "
    text = "".join(
        f"{rule}{{name: {name}, namespace: {namespace}, creationTimestamp: '{created}'}}\n"
        for name, namespace, created in [("b", "x", "2026-01-01T00:00:01Z"), ("a", "w", "2026-01-01T00:00:01Z"),
                                         ("a", "x", "2026-01-01T00:00:01Z"), ("z", "x", "2026-01-01T00:00:00Z")]
    )  # fmt: skip
    found = [(each.metadata.name, each.metadata.namespace) for each in snapshot(text).virtual_services]
    assert found == [("z", "x"), ("a", "w"), ("a", "x"), ("b", "x")]


def builder(documents: list[Resource]) -> SnapshotBuilder:
    made = SnapshotBuilder()
    for each in documents:
        made.put(each)
    return made


def moved(document: Resource, address: str) -> EndpointSlice:
    assert isinstance(document, EndpointSlice)
    return replace(document, endpoints=(replace(document.endpoints[0], addresses=(address,)),))


def test_an_endpoint_change_leaves_everything_else_the_same_object() -> None:
    documents = resources(REVIEWS + RATINGS)
    build = builder(documents)
    before = build.build(1)
    build.put(moved(documents[-1], "10.244.0.10"))
    after = build.build(2)
    key = ("default", "ratings.default.svc.cluster.local", 9080)
    assert [each.address for each in after.endpoints[key]] == ["10.244.0.10"]
    assert after.endpoints["default", HOST, 9080] is before.endpoints["default", HOST, 9080]
    assert after.services is before.services
    assert after.workloads is before.workloads
    assert after.virtual_services is before.virtual_services


def test_a_change_that_says_nothing_new_changes_no_index() -> None:
    documents = resources(REVIEWS)
    build = builder(documents)
    before = build.build(1)
    for each in documents:
        build.put(replace(each, metadata=replace(each.metadata, resource_version="9")))
    after = build.build(2)
    assert after.revision == 2
    assert after.endpoints is before.endpoints
    assert after.services is before.services
    assert after.workloads is before.workloads


def test_snapshots_stay_as_they_were_when_the_builder_goes_on() -> None:
    documents = resources(REVIEWS)
    build = builder(documents)
    before = build.build(1)
    for each in documents:
        build.remove(each)
    assert not build.build(2).services
    assert addresses(before) == ["10.244.0.1", "10.244.0.2"]


def test_a_rebuild_shares_with_the_previous_snapshot_what_is_equal() -> None:
    before = snapshot(REVIEWS + RATINGS)
    documents = resources(REVIEWS + RATINGS)
    documents[-1] = moved(documents[-1], "10.244.0.10")
    after = build_snapshot(documents, 2, before)
    assert after.services is before.services
    assert after.workloads is before.workloads
    assert after.endpoints is not before.endpoints
    assert after.endpoints["default", HOST, 9080] is before.endpoints["default", HOST, 9080]


def test_kinds_that_are_no_part_of_the_mesh_are_ignored() -> None:
    secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
    assert snapshot(secret).services == {}


def test_rules_keep_the_stores_objects() -> None:
    text = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {hosts: [a]}\n"
    documents = resources(text)
    found = build_snapshot(documents, 1).virtual_services
    assert isinstance(documents[0], VirtualService)
    assert found[0] is documents[0]


def test_a_namespaces_annotation_says_how_its_services_prefer_endpoints() -> None:
    namespace = (
        "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, "
        "annotations: {networking.istio.io/traffic-distribution: PreferClose}}\n"
    )
    mesh = snapshot(REVIEWS + ENTRY + namespace)
    assert {each.traffic_distribution for each in mesh.services.values()} == {"PreferSameZone"}
    assert {each.traffic_distribution for each in snapshot(REVIEWS + ENTRY).services.values()} == {""}
