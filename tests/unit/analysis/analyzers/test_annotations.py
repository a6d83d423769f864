import pytest
from tests.unit.analysis.found import core, found, problems_by

NAME = "annotations.K8sAnalyzer"


def annotated(kind: str, annotation: str, labels: str = "") -> str:
    spec = {"Pod": "spec: {containers: []}", "Deployment": "spec: {template: {spec: {containers: []}}}"}.get(kind, "")
    return core(kind, "it", spec, f"annotations: {{{annotation}}}, labels: {{{labels}}}")


@pytest.mark.parametrize(
    ("kind", "annotation", "code"),
    [
        ("Service", "networking.istio.io/exportTo: a", ""),
        ("Service", "networking.istio.io/exportThree: a", "IST0108"),
        ("Service", "example.com/x: a", ""),
        ("Namespace", "kubernetes.io/ingress.class: a", "IST0107"),
        ("Deployment", "sidecar.istio.io/logLevel: debug", "IST0107"),
        ("Pod", "sidecar.istio.io/logLevel: debug", ""),
        ("Pod", "status.sidecar.istio.io/port: x", "IST0125"),
        ("Pod", "sidecar.istio.io/discoveryAddress: x", "IST0135"),
        ("Pod", "sidecar.istio.io/status: x", ""),
        ("Service", "galley.istio.io/analyze-suppress: IST0001", ""),
    ],
)
def test_annotations(kind: str, annotation: str, code: str) -> None:
    where = "it" if kind == "Namespace" else "default/it"
    path = f"metadata.annotations[{annotation.partition(':')[0]}]"
    assert found(NAME, annotated(kind, annotation)) == ([(code, f"{kind} {where}", path)] if code else [])


def test_the_deprecated_word_beside_its_successor_is_meant() -> None:
    old = "sidecar.istio.io/inject: 'true'"
    [problem] = problems_by(NAME, annotated("Pod", old))
    assert problem.message.endswith('deprecated in favor of the label "sidecar.istio.io/inject".')
    assert found(NAME, annotated("Pod", old, old)) == []


def test_a_pods_annotation_on_its_deployment_says_where_to_put_it() -> None:
    [problem] = problems_by(NAME, annotated("Deployment", "proxy.istio.io/config: '{}'"))
    assert problem.hint == "move it to spec.template.metadata"
