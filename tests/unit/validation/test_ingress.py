import pytest
from tests.unit.validation.found import problems_in

ELDER = "backend: {serviceName: a, servicePort: 80}"
TODAY = "backend: {service: {name: a, port: {name: http}}}"


def in_ingress(spec: str, version: str = "networking.k8s.io/v1", annotation: str = "istio") -> list[tuple[str, str]]:
    text = f"apiVersion: {version}\nkind: Ingress\nmetadata: {{name: i, annotations: {{"
    text += f"kubernetes.io/ingress.class: {annotation}}}}}\nspec: {{{spec}}}\n"
    return [(problem.path.removeprefix("spec."), problem.code) for problem in problems_in(text)]


@pytest.mark.parametrize(
    ("version", "spec"),
    [
        ("extensions/v1beta1", f"rules: [{{host: a.com, http: {{paths: [{{path: /a.*, {ELDER}}}]}}}}]"),
        ("extensions/v1beta1", f"{ELDER}, tls: [{{secretName: s}}]"),
        ("networking.k8s.io/v1", f"rules: [{{http: {{paths: [{{path: /a, pathType: Prefix, {TODAY}}}]}}}}]"),
    ],
)
def test_what_kubernetes_accepts(version: str, spec: str) -> None:
    assert in_ingress(spec, version) == []


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        ("tls: []", "", "MissingField"),
        ("rules: [{host: a.com}]", "rules[0].http", "Suspicious"),
        (f"rules: [{{host: A.com, http: {{paths: [{{{TODAY}}}]}}}}]", "rules[0].host", "InvalidHost"),
        (f"rules: [{{host: 'a:80', http: {{paths: [{{{TODAY}}}]}}}}]", "rules[0].host", "InvalidHost"),
        (f"rules: [{{http: {{paths: [{{path: a, {TODAY}}}]}}}}]", "rules[0].http.paths[0].path", "InvalidValue"),
        ("defaultBackend: {service: {name: a}}", "defaultBackend", "MissingField"),
        ("backend: {servicePort: 80}", "backend", "InvalidName"),
        (f"{ELDER[:-1]}, resource: {{kind: B, name: b}}}}", "backend.resource", "Conflict"),
        (f"{ELDER}, tls: [{{hosts: [a.com, 'a.com:443'], secretName: s}}]", "tls[0].hosts[1]", "InvalidHost"),
        ("backend: {serviceName: a, servicePort: 70000}", "backend", "InvalidPort"),
        ("defaultBackend: {resource: {kind: B, name: b}}", "defaultBackend.resource", "NoEffect"),
    ],
)
def test_what_kubernetes_refuses_or_has_no_effect(spec: str, path: str, code: str) -> None:
    assert (path or "spec", code) in in_ingress(spec)


def test_an_ingress_of_another_class_is_nobodys() -> None:
    assert in_ingress(ELDER, annotation="nginx") == [("ingressClassName", "NoEffect")]
    assert in_ingress(ELDER, annotation="''") == [("ingressClassName", "NoEffect")]


def test_a_class_is_named_once() -> None:
    assert in_ingress(f"{ELDER}, ingressClassName: istio", annotation="''") == []
    assert in_ingress(f"{ELDER}, ingressClassName: istio") == [("ingressClassName", "Conflict")]


@pytest.mark.parametrize(
    ("controller", "found"),
    [("istio.io/ingress-controller", []), ("istio", ["spec.controller"]), ("a b/c", ["spec.controller"])],
)
def test_controllers_of_classes(controller: str, found: list[str]) -> None:
    head = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: i}\n"
    problems = problems_in(f"{head}spec: {{controller: {controller}}}")
    assert [problem.path for problem in problems] == found
