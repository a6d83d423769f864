"""A mesh as documents describe it, complete enough to ask what calls would do in it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lateen.api.codec import Document
from lateen.api.meta import JsonObject, Resource
from lateen.api.pod import Pod
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.schema import decode, find_kind, id_of, kind_info, ref_of
from lateen.api.service import Service
from lateen.api.unserved import is_istios, unserved_kind
from lateen.explain.assumed import WORKLOADS, completed_pods, entries_with_addresses, pods_of, with_addresses
from lateen.explain.assumed_mesh import Assumed, assume
from lateen.explain.assumed_secrets import with_secrets
from lateen.ir.config import ProxyConfig
from lateen.model.build import build_snapshot
from lateen.model.endpoint_slices import SERVICE_LABEL, slices_for
from lateen.model.selection import selects
from lateen.model.snapshot import MeshSnapshot
from lateen.model.workload import Proxy
from lateen.resolve.mesh import MeshResolver
from lateen.translate.resources import Resources, translate_proxy
from lateen.validation.validate import validate

ALWAYS_VALID = frozenset({"Event", "Node"})
"""Kinds without a part in routing, not worth checking."""

NOT_YET = "9999-12-31T23:59:59Z"


@dataclass(slots=True, eq=False)
class Scenario:
    """A mesh to ask about. `problems` are the mistakes for which resources were left out.

    `documents` say where resources were read, `resources` what they are; `workload_names` are (namespace, name) of
    the deployments and their like. `only_files` says that no running mesh is behind it, `notes` what was assumed.
    """

    snapshot: MeshSnapshot
    resources: Mapping[ResourceRef, Resource]
    documents: Mapping[ResourceRef, Document]
    workload_names: frozenset[tuple[str, str]]
    only_files: bool
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    resolver: MeshResolver = field(default_factory=MeshResolver)
    told: dict[str, Resources] = field(default_factory=dict)

    def resources_for(self, proxy: Proxy) -> Resources:
        """Everything that the proxy would be told."""
        if proxy.id not in self.told:
            self.told[proxy.id] = translate_proxy(self.resolver.config_for(proxy))
        return self.told[proxy.id]

    def inbound_resources(self, proxy: Proxy) -> Resources:
        """What a sidecar would be told about calls that arrive."""
        layers = tuple(layer for layer in self.resolver.config_for(proxy).layers if layer.name == "inbound")
        return translate_proxy(ProxyConfig(layers=layers))


def build_scenario(
    documents: Iterable[Document],
    *,
    running: Sequence[JsonObject] = (),
    defaults: Iterable[JsonObject] = (),
    namespace: str = "default",
    ports: Collection[int] = (),
) -> Scenario:
    """The mesh of `documents`, applied on top of what is `running`.

    `defaults` are what the mesh would hold anyway; documents of the same name take their place. Resources without a
    namespace are in `namespace`. Invalid ones are left out, as the API would refuse them. Where nothing runs, services
    and workloads that files leave out altogether are assumed; `ports` are those that calls go to.
    """
    written, problems = _accepted(documents, namespace)
    assumed = Assumed() if running else assume({ref: each.body for ref, each in written.items()}, ports)
    around = (*defaults, *running, *assumed.documents)
    bodies: dict[ResourceRef, JsonObject] = {ref_of(body): body for body in around}
    for ref, document in written.items():
        bodies[ref] = _on_top_of(bodies.get(ref), document.body, new=bool(running))
    resources = entries_with_addresses(dict(_resources(bodies)))
    snapshot = build_snapshot(resources.values(), 1)
    snapshot, more_notes = (snapshot, ()) if running else with_secrets(snapshot)
    scenario = Scenario(
        snapshot=snapshot,
        resources=resources,
        documents=written,
        workload_names=frozenset((ref.namespace, ref.name) for ref in bodies if ref.kind in WORKLOADS),
        only_files=not running,
        problems=(*problems, *snapshot.problems),
        notes=(*assumed.notes, *more_notes),
    )
    scenario.resolver.update(snapshot)
    return scenario


def _accepted(documents: Iterable[Document], namespace: str) -> tuple[dict[ResourceRef, Document], list[Problem]]:
    """The documents that an API would take, with their namespaces, and what is wrong with the others."""
    accepted: dict[ResourceRef, Document] = {}
    problems: list[Problem] = []
    for document in documents:
        located = _located(document, namespace)
        found = _found(located)
        if unserved_kind(located.body) is not None:
            problems += found
            continue
        errors = [each for each in found if each.severity is Severity.ERROR]
        problems += errors
        if not errors:
            accepted[ref_of(located.body)] = located
    return accepted, problems


def _found(document: Document) -> Sequence[Problem]:
    """What is wrong with a document; kinds that the mesh doesn't know are none of its business."""
    body = document.body
    kind = id_of(body)
    if kind is None:
        known = find_kind(str(body.get("kind", ""))) or unserved_kind(body) or is_istios(body)
        return validate(body, document) if known else document.problems
    return document.problems if kind in ALWAYS_VALID else (*document.problems, *validate(body, document))


def _located(document: Document, namespace: str) -> Document:
    kind = id_of(document.body)
    metadata = document.body.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("namespace") or (kind and not kind_info(kind).namespaced):
        return document
    body = {**document.body, "metadata": {**metadata, "namespace": namespace}}
    return Document(body, document.origin, document.tree, document.problems)


def _on_top_of(present: JsonObject | None, body: JsonObject, *, new: bool) -> JsonObject:
    """What applying a document leaves: its own fields, and of what is there its age, its addresses and its status.

    What is `new` beside things that run is younger than all of them, so that older rules are in force before it.
    """
    if present is None:
        return {**body, "metadata": {"creationTimestamp": NOT_YET, **body["metadata"]}} if new else body
    kept = {key: present["metadata"][key] for key in ("creationTimestamp", "uid") if key in present["metadata"]}
    merged = {**body, "metadata": {**kept, **body["metadata"]}}
    if "status" in present:
        merged.setdefault("status", present["status"])
    addresses = {key: present["spec"][key] for key in ("clusterIP", "clusterIPs") if key in (present.get("spec") or {})}
    if addresses and body.get("kind") == "Service":
        merged["spec"] = {**addresses, **(body.get("spec") or {})}
    return merged


def _resources(bodies: Mapping[ResourceRef, JsonObject]) -> Iterable[tuple[ResourceRef, Resource]]:
    """The structs of all bodies, and of what a running mesh would add."""
    special = {"Service", "Pod", *WORKLOADS}
    for ref, body in bodies.items():
        if ref.kind not in special:
            yield from _decoded(body)
    services = with_addresses([body for ref, body in bodies.items() if ref.kind == "Service"])
    pods = [pod for body in _pods(bodies) for pod in _decoded(body)]
    for body in services:
        yield from _decoded(body)
    yield from pods
    yield from _slices(bodies, [each for body in services for each in _decoded(body)], pods)


def _decoded(body: JsonObject) -> Iterable[tuple[ResourceRef, Resource]]:
    resource, _ = decode(body)
    if resource is not None:
        yield ref_of(body), resource


def _pods(bodies: Mapping[ResourceRef, JsonObject]) -> Iterable[JsonObject]:
    """The pods that there are, and those of deployments that have none yet."""
    namespaces = {
        ref.name: body["metadata"].get("labels") or {} for ref, body in bodies.items() if ref.kind == "Namespace"
    }
    given = [body for ref, body in bodies.items() if ref.kind == "Pod"]
    owned = {
        (pod["metadata"]["namespace"], owner.get("name"))
        for pod in given
        for owner in pod["metadata"].get("ownerReferences") or ()
    }
    made = [
        pod
        for ref, body in bodies.items()
        if ref.kind in WORKLOADS and isinstance(body.get("spec"), dict) and (ref.namespace, ref.name) not in owned
        for pod in pods_of(body, namespaces)
    ]
    return completed_pods([*given, *made], namespaces)


def _slices(
    bodies: Mapping[ResourceRef, JsonObject],
    services: Iterable[tuple[ResourceRef, Resource]],
    pods: Iterable[tuple[ResourceRef, Resource]],
) -> Iterable[tuple[ResourceRef, Resource]]:
    """The endpoint slices of services that have none."""
    sliced = {
        (ref.namespace, (body["metadata"].get("labels") or {}).get(SERVICE_LABEL))
        for ref, body in bodies.items()
        if ref.kind == "EndpointSlice"
    }
    by_label = _by_label(pods)
    for ref, service in services:
        if isinstance(service, Service) and service.spec.selector and (ref.namespace, ref.name) not in sliced:
            first = next(iter(service.spec.selector.items()))
            candidates = by_label.get((ref.namespace, *first), ())
            chosen = [pod for pod in candidates if selects(service.spec.selector, pod.metadata.labels)]
            for body in slices_for(service, chosen):
                yield from _decoded(body)


def _by_label(pods: Iterable[tuple[ResourceRef, Resource]]) -> Mapping[tuple[str, str, str], list[Pod]]:
    found: dict[tuple[str, str, str], list[Pod]] = {}
    for ref, pod in pods:
        if isinstance(pod, Pod):
            for key, value in pod.metadata.labels.items():
                found.setdefault((ref.namespace, key, value), []).append(pod)
    return found
