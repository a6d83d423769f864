from tests.unit.analysis.found import found, rule


def test_two_telemetries_for_one_namespace() -> None:
    selective = rule("Telemetry", "c", "{selector: {matchLabels: {app: a}}}")
    documents = [rule("Telemetry", name, "{}") for name in ("a", "b", "other/a")]
    assert found("telemetry.DefaultSelectorAnalyzer", selective, *documents) == [
        ("IST0160", "Telemetry default/a", "spec"),
        ("IST0160", "Telemetry default/b", "spec"),
    ]
