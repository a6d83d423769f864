from tests.support.resources import snapshot
from tests.support.routing import document

from lateen.model.snapshot import MeshSnapshot
from lateen.resolve.sidecars import SidecarIndex, index_sidecars, sidecar_conflicts

EVERYTHING = "egress: [{hosts: ['*/*']}]"


def sidecar(name: str, selector: str = "", namespace: str = "default") -> str:
    chosen = f"workloadSelector: {{labels: {selector}}}, " if selector else ""
    return document("Sidecar", name, f"{{{chosen}{EVERYTHING}}}", namespace)


def pod(name: str, namespace: str = "default") -> str:
    return f"""
---
apiVersion: v1
kind: Pod
metadata: {{name: {name}-1, namespace: {namespace}, labels: {{app: {name}}}}}
spec: {{containers: [{{name: c, image: c}}]}}
"""


def index(*texts: str) -> SidecarIndex:
    return index_sidecars(snapshot("".join(texts)).sidecars, "istio-system")


def chosen(found: SidecarIndex, namespace: str, **labels: str) -> str | None:
    sidecar = found.sidecar_for(namespace, labels)
    return f"{sidecar.metadata.namespace}/{sidecar.metadata.name}" if sidecar else None


def test_a_sidecar_for_chosen_workloads_comes_before_one_for_all_and_that_before_the_root_namespaces() -> None:
    root, every, one = sidecar("root", "", "istio-system"), sidecar("a"), sidecar("z", "{app: x}")
    found = index(root, every, one)
    assert chosen(found, "default", app="x") == "default/z"
    assert chosen(found, "default", app="y") == "default/a"
    assert chosen(found, "other", app="x") == "istio-system/root"
    assert chosen(index(root, one), "default", app="y") == "istio-system/root"
    assert chosen(index(every), "other", app="x") is None


def test_the_root_namespaces_own_selecting_sidecar_is_for_its_own_workloads_only() -> None:
    found = index(sidecar("gw", "{app: x}", "istio-system"))
    assert chosen(found, "istio-system", app="x") == "istio-system/gw"
    assert chosen(found, "default", app="x") is None


def test_a_selector_without_labels_selects_all_but_comes_first() -> None:
    empty = document("Sidecar", "empty", f"{{workloadSelector: {{}}, {EVERYTHING}}}")
    assert chosen(index(sidecar("a"), empty), "default", app="x") == "default/empty"


def conflicts(mesh: MeshSnapshot) -> list[tuple[str, str, str]]:
    found = sidecar_conflicts(index_sidecars(mesh.sidecars, "istio-system"), mesh.workloads.values())
    return [(each.resource.name, each.code, each.path) for each in found if each.resource]


def test_the_younger_of_two_is_told_that_it_has_no_effect() -> None:
    mesh = snapshot(sidecar("a") + sidecar("b") + sidecar("alone", "", "other"))
    assert conflicts(mesh) == [("b", "IST0111", "spec")]


def test_two_that_select_the_same_workload_are_a_conflict_once() -> None:
    texts = sidecar("a", "{app: x}") + sidecar("b", "{app: x}") + sidecar("c", "{app: z}")
    mesh = snapshot(texts + pod("x") + pod("z") + pod("x", "other"))
    assert conflicts(mesh) == [("b", "IST0110", "spec.workloadSelector")]
    assert conflicts(snapshot(texts)) == []
