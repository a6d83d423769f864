import pytest
from tests.unit.analysis.found import core, found, pod

NAME = "injection.Analyzer"
PATH = "metadata.labels"
BY_DEFAULT = core(
    "ConfigMap",
    "istio-system/istio-sidecar-injector",
    'data:\n  values: \'{"sidecarInjectorWebhook": {"enableNamespacesByDefault": true}}\'',
)


def namespace(labels: str = "", name: str = "default") -> str:
    return core("Namespace", name, meta=f"labels: {{{labels}}}")


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        ("", ["IST0102"]),
        ("istio-injection: enabled", []),
        ("istio-injection: disabled", []),
        ("istio.io/rev: canary", []),
        ("istio.io/dataplane-mode: ambient", []),
        ("istio-injection: enabled, istio.io/rev: canary", ["IST0123"]),
        ("istio-injection: disabled, istio.io/rev: canary", []),
    ],
)
def test_what_namespaces_say(labels: str, codes: list[str]) -> None:
    assert found(NAME, namespace(labels)) == [(code, "Namespace default", PATH) for code in codes]


def test_namespaces_that_are_injected_by_default() -> None:
    assert found(NAME, namespace(), BY_DEFAULT) == [("IST0148", "Namespace default", PATH)]


def test_the_systems_namespaces_are_left_alone() -> None:
    assert found(NAME, namespace(name="istio-system"), namespace(name="kube-system")) == []


@pytest.mark.parametrize(
    ("labels", "spec", "count"),
    [
        ("{app: a}", "containers: [{name: app}]", 1),
        ("{app: a}", "containers: [{name: app}, {name: istio-proxy, image: p}]", 0),
        ("{app: a}", "containers: [{name: app}], initContainers: [{name: istio-proxy, image: p}]", 0),
        ("{sidecar.istio.io/inject: 'false'}", "containers: [{name: app}]", 0),
        ("{app: a}", "hostNetwork: true, containers: [{name: app}]", 0),
    ],
)
def test_pods_without_a_proxy(labels: str, spec: str, count: int) -> None:
    documents = [namespace("istio-injection: enabled"), pod("p", labels, spec)]
    assert found(NAME, *documents) == [("IST0103", "Pod default/p", "spec.containers")] * count
