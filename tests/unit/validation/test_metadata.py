import pytest
from tests.unit.validation.found import found

from lateen.validation.metadata import ANNOTATIONS_LIMIT


@pytest.mark.parametrize(
    ("metadata", "path", "code"),
    [
        ("{name: a..b}", "metadata.name", "InvalidName"),
        (f"{{name: {'a' * 254}}}", "metadata.name", "InvalidName"),
        ("{name: a, namespace: A}", "metadata.namespace", "InvalidName"),
        ("{name: a, labels: {'a b': c}}", "metadata.labels[a b]", "InvalidLabel"),
        ("{name: a, labels: {'A.com/b': c}}", "metadata.labels[A.com/b]", "InvalidLabel"),
        (f"{{name: a, labels: {{a: {'b' * 64}}}}}", "metadata.labels.a", "InvalidLabel"),
        ("{name: a, labels: {a: 'b c'}}", "metadata.labels.a", "InvalidLabel"),
        ("{name: a, annotations: {'a b': c}}", "metadata.annotations[a b]", "InvalidLabel"),
        (f"{{name: a, annotations: {{a: {'b' * ANNOTATIONS_LIMIT}}}}}", "metadata.annotations", "TooLarge"),
        ("{name: a, label: {}}", "metadata.label", "UnknownField"),
        ("{}", "metadata.name", "MissingField"),
    ],
)
def test_names_labels_and_annotations(metadata: str, path: str, code: str) -> None:
    assert found(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\n") == [(path, code)]


def test_what_kubectl_prints_can_be_applied_again() -> None:
    names = "generateName: a-, labels: {a: '', x.com/b: C_d.e}, annotations: {'kubectl.kubernetes.io/x': '{}'}"
    kept = "selfLink: /a, managedFields: [{manager: kubectl}], uid: u, resourceVersion: '1', generation: 2"
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{{names}, {kept}, finalizers: [a/b]}}\n"
    assert found(text) == []
    assert found("apiVersion: v1\nkind: ConfigMap\n") == [("metadata.name", "MissingField")]
