import pytest

from lateen.api.field_path import Step, format_path, parse_path


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (("spec", "http", 0, "route", 1, "weight"), "spec.http[0].route[1].weight"),
        (("metadata", "labels", "app.kubernetes.io/name"), "metadata.labels[app.kubernetes.io/name]"),
        (("metadata", "labels", "app"), "metadata.labels.app"),
        ((), ""),
    ],
)
def test_printed_as_kubectl_does_and_read_back(steps: tuple[Step, ...], text: str) -> None:
    assert format_path(steps) == text
    assert parse_path(text) == steps
