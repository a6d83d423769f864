import pytest
from tests.unit.validation.found import CORE, found


def service(spec: str) -> list[tuple[str, str]]:
    problems = found(CORE.format(kind="Service", rest=f"spec: {{{spec}}}"))
    return [(path.removeprefix("spec."), code) for path, code in problems]


@pytest.mark.parametrize(
    "spec",
    [
        "ports: [{port: 80, targetPort: http}]",
        "ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]",
        "clusterIP: None, selector: {app: a}",
        "type: ExternalName, externalName: a.example.com",
        "type: NodePort, ports: [{port: 80, nodePort: 30080}]",
    ],
)
def test_what_kubernetes_accepts(spec: str) -> None:
    assert service(spec) == []


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        ("selector: {app: a}", "ports", "MissingField"),
        ("ports: [{port: 0}]", "ports[0].port", "InvalidPort"),
        ("ports: [{port: 80, targetPort: 70000}]", "ports[0].targetPort", "InvalidPort"),
        ("ports: [{port: 80, targetPort: '8080'}]", "ports[0].targetPort", "InvalidPort"),
        ("ports: [{port: 80, targetPort: HTTP}]", "ports[0].targetPort", "InvalidPort"),
        ("ports: [{name: a, port: 80}, {name: a, port: 81}]", "ports[1].name", "Duplicate"),
        ("ports: [{name: a, port: 80}, {name: b, port: 80}]", "ports[1].port", "Duplicate"),
        ("ports: [{port: 80, nodePort: 30080}]", "ports[0].nodePort", "Conflict"),
        ("ports: [{port: 80, protocol: HTTP}]", "ports[0].protocol", "InvalidValue"),
        ("ports: [{port: 80}], clusterIP: x", "clusterIP", "InvalidValue"),
        ("ports: [{port: 80}], clusterIP: None, type: NodePort", "clusterIP", "Conflict"),
        ("ports: [{port: 80}], externalIPs: [x]", "externalIPs[0]", "InvalidAddress"),
        ("type: ExternalName", "externalName", "MissingField"),
        ("type: ExternalName, externalName: 'a:80'", "externalName", "InvalidHost"),
    ],
)
def test_what_kubernetes_refuses(spec: str, path: str, code: str) -> None:
    assert service(spec) == [(path, code)]


def test_a_services_name_starts_with_a_letter() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: 1a}\nspec: {ports: [{port: 80}]}\n"
    assert found(text) == [("metadata.name", "InvalidName")]
