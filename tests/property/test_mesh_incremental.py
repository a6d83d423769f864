"""The mesh does not depend on the order of its documents, nor on how it came about."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.resources import endpoint_slice, pod, resources, service

from lateen.api.meta import Resource
from lateen.ir.config import ProxyConfig
from lateen.model.build import SnapshotBuilder, build_snapshot
from lateen.model.snapshot import MeshSnapshot
from lateen.model.workload import Proxy, ProxyType
from lateen.resolve.mesh import MeshResolver

NETWORKING = "---\napiVersion: networking.istio.io/v1\n"


def entry(name: str, hosts: str, resolution: str, more: str = "") -> str:
    return (
        f"{NETWORKING}kind: ServiceEntry\nmetadata: {{name: {name}}}\nspec:\n  hosts: {hosts}\n"
        f"  resolution: {resolution}\n  ports: [{{number: 80, name: http, protocol: HTTP}}]\n{more}"
    )


def destination_rule(name: str, namespace: str, spec: str) -> str:
    return f"{NETWORKING}kind: DestinationRule\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"


def virtual_service(name: str, weight: int, more: str = "") -> str:
    route = f"[{{destination: {{host: a, subset: v1}}, weight: {weight}}}, {{destination: {{host: b}}, weight: 1}}]"
    match = "[{sourceLabels: {version: v1}}]" if weight % 2 else "[]"
    return (
        f"{NETWORKING}kind: VirtualService\nmetadata: {{name: {name}}}\n"
        f"spec: {{hosts: [{name}], http: [{{match: {match}, route: {route}}}]{more}}}\n"
    )


def sidecar(namespace: str, spec: str) -> str:
    return f"{NETWORKING}kind: Sidecar\nmetadata: {{name: s, namespace: {namespace}}}\nspec: {spec}\n"


SOCKET = "egress: [{port: {number: 9080, protocol: HTTP}, bind: 127.0.0.9"
VIA_A = (
    "outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: a.default.svc.cluster.local, port: {number: 9080}}}"
)
MESH_CONFIG = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "inboundHttp: true"}
"""
GATEWAY = f"""
{NETWORKING}kind: Gateway
metadata: {{name: gw}}
spec: {{selector: {{istio: gw}}, servers: [{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: ['*']}}]}}
"""
SUBSETS = "subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]"

VERSIONS: Mapping[str, list[str]] = {
    "service a": [service("a"), service("a", port_name="tcp"), service("a").replace("10.96", "10.97")],
    "service b": [service("b"), service("b").replace("clusterIP: 10.96", "clusterIP: None # ")],
    "service a elsewhere": [service("a", "other"), service("a", "other", port=80)],
    "pod 1": [pod("p1", "a", "v1", "10.0.0.1"), pod("p1", "a", "v2", "10.0.0.1")],
    "pod 2": [pod("p2", "b", "v1", "10.0.0.2"), pod("p2", "b", "v1", "10.0.0.2").replace("Ready", "NotReady")],
    "slice a": [endpoint_slice("a", ("10.0.0.1", "p1")), endpoint_slice("a", ("10.0.0.1", "p1"), ("10.0.0.2", "p2"))],
    "slice b": [endpoint_slice("b", ("10.0.0.2", "p2")), endpoint_slice("b")],
    "entry": [
        entry("e", "[x.example.com]", "DNS"),
        entry("e", "[x.example.com, a.default.svc.cluster.local]", "STATIC", "  endpoints: [{address: 10.9.9.9}]\n"),
        entry("e", "[x.example.com]", "STATIC", "  workloadSelector: {labels: {version: v1}}\n  exportTo: ['.']\n"),
    ],
    "entry 2": [entry("e2", "[x.example.com]", "NONE"), entry("e2", "[x.example.com]", "DNS_ROUND_ROBIN")],
    "rule": [
        destination_rule("d", "default", f"{{host: a, {SUBSETS}}}"),
        destination_rule("d", "default", f"{{host: a, trafficPolicy: {{outlierDetection: {{}}}}, {SUBSETS}}}"),
        destination_rule("d", "default", "{host: '*.local', exportTo: ['.']}"),
        destination_rule("d", "default", "{host: a, workloadSelector: {matchLabels: {version: v1}}}"),
    ],
    "rule elsewhere": [
        destination_rule("d", "other", "{host: a.default.svc.cluster.local, trafficPolicy: {tls: {mode: SIMPLE}}}")
    ],
    "rule 2": [destination_rule("d2", "default", f"{{host: a, {SUBSETS}}}")],
    "route a": [virtual_service("a", 50), virtual_service("a", 51), virtual_service("a", 50, ", exportTo: ['.']")],
    "route b": [virtual_service("b", 3, ", gateways: [gw, mesh]"), virtual_service("b", 2, ", gateways: [gw]")],
    "gateway": [GATEWAY],
    "sidecar": [
        sidecar("default", "{egress: [{hosts: ['./*']}]}"),
        sidecar(
            "default", "{workloadSelector: {labels: {app: a}}, egress: [{hosts: [./b.default.svc.cluster.local]}]}"
        ),
        sidecar(
            "default", "{ingress: [{port: {number: 80}, defaultEndpoint: '0.0.0.0:81'}], outboundTrafficPolicy: {}}"
        ),
    ],
    "sidecar's own places": [
        sidecar("other", f"{{{SOCKET}, captureMode: NONE, hosts: ['*/*']}}]}}"),
        sidecar("other", f"{{{SOCKET}, hosts: ['*/*']}}]}}"),
        sidecar("other", f"{{{SOCKET}, hosts: ['*/*']}}], {VIA_A}}}"),
        sidecar("other", f"{{{SOCKET}, hosts: ['*/*']}}], {VIA_A.replace('9080', '80')}}}"),
    ],
    "root sidecar": [sidecar("istio-system", "{egress: [{port: {number: 80, protocol: HTTP}, hosts: ['*/*']}]}")],
    "settings": [MESH_CONFIG, MESH_CONFIG.replace("inboundHttp: true", "outboundTrafficPolicy: {mode: REGISTRY_ONLY}")],
    "node": [
        "---\napiVersion: v1\nkind: Node\nmetadata: {name: node-a, labels: {topology.kubernetes.io/region: eu}}\n"
    ],
}
"""Every document of the tests' worlds, in all its versions."""


def _version(text: str, position: int) -> Resource:
    """One document; it is as old as its place in VERSIONS, whatever its version."""
    (found,) = resources(text.replace("metadata: {name", f"metadata: {{creationTimestamp: '{position:02}', name", 1))
    return found


PARSED = {name: [_version(text, position) for text in texts] for position, (name, texts) in enumerate(VERSIONS.items())}
PROXIES = [
    Proxy(id="1", type=ProxyType.SIDECAR, name="p1", namespace="default", labels={"app": "a", "version": "v1"}),
    Proxy(id="2", type=ProxyType.SIDECAR, name="p2", namespace="default", labels={"app": "b", "version": "v2"}),
    Proxy(id="3", type=ProxyType.SIDECAR, name="p3", namespace="other", labels={"app": "c"}),
    Proxy(id="4", type=ProxyType.GATEWAY, name="gw", namespace="istio-system", labels={"istio": "gw"}),
]

choices = st.fixed_dictionaries({name: st.integers(-1, len(texts) - 1) for name, texts in VERSIONS.items()})
"""A world: for each document the version it has, -1 for none."""
steps = st.lists(
    st.sampled_from(sorted(VERSIONS)).flatmap(
        lambda name: st.tuples(st.just(name), st.integers(-1, len(VERSIONS[name]) - 1))
    ),
    max_size=12,
)


def documents(world: Mapping[str, int]) -> list[Resource]:
    return [PARSED[name][version] for name, version in world.items() if version >= 0]


def content(value: MeshSnapshot | ProxyConfig) -> Any:
    """What can be compared."""
    if isinstance(value, ProxyConfig):
        return [{each.name: _plain(getattr(layer, each.name)) for each in fields(layer)} for layer in value.layers]
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name != "revision"}


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def told(snapshot: MeshSnapshot, resolver: MeshResolver | None = None) -> list[Any]:
    resolver = resolver or MeshResolver()
    resolver.update(snapshot)
    return [content(resolver.config_for(proxy)) for proxy in PROXIES]


@given(choices, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_any_order_of_the_same_documents_is_the_same_mesh(world: dict[str, int], random: Any) -> None:
    ordered = documents(world)
    shuffled = list(ordered)
    random.shuffle(shuffled)
    one, other = build_snapshot(ordered, 1), build_snapshot(shuffled, 1)
    assert content(one) == content(other)
    assert list(one.services) == list(other.services)
    assert told(one) == told(other)


@given(choices, st.lists(steps, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_step_by_step_is_the_same_as_at_once(world: dict[str, int], batches: list[list[tuple[str, int]]]) -> None:
    now = dict(world)
    builder, resolver = SnapshotBuilder(), MeshResolver()
    for document in documents(now):
        builder.put(document)
    told(builder.build(1), resolver)
    for revision, batch in enumerate(batches, 2):
        for name, version in batch:
            now[name] = version
            if version < 0:
                builder.remove(PARSED[name][0])
            else:
                builder.put(PARSED[name][version])
        grown, fresh = builder.build(revision), build_snapshot(documents(now), revision)
        assert content(grown) == content(fresh)
        assert told(grown, resolver) == told(fresh)
