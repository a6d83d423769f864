import pytest
from tests.unit.validation.found import CORE, found


@pytest.mark.parametrize(
    ("kind", "rest", "problems"),
    [
        ("ConfigMap", "data: {a.txt: b}\nbinaryData: {c: aGk=}", []),
        ("ConfigMap", "data: {'a/b': c}", [("data[a/b]", "InvalidName")]),
        ("ConfigMap", "data: {a: 1}", [("data.a", "WrongType")]),
        ("ConfigMap", "binaryData: {a: '%%'}", [("binaryData.a", "InvalidValue")]),
        ("ConfigMap", "data: {a: b}\nbinaryData: {a: aGk=}", [("binaryData.a", "Duplicate")]),
        ("ConfigMap", f"data: {{a: {'x' * 1_100_000}}}", [("data", "TooLarge")]),
        ("Secret", "data: {a: aGk=}\nstringData: {b: anything}", []),
        ("Secret", "data: {a: '%%'}", [("data.a", "InvalidValue")]),
        ("Secret", "type: kubernetes.io/tls\ndata: {tls.crt: aGk=}", [("data[tls.key]", "MissingField")]),
        ("ServiceAccount", "automountServiceAccountToken: false", []),
    ],
)
def test_config_maps_and_secrets(kind: str, rest: str, problems: list[tuple[str, str]]) -> None:
    assert found(CORE.format(kind=kind, rest=rest)) == problems
