from tests.unit.analysis.found import found, problems_by, rule

from lateen.api.problem import Severity

NAME = "schema.ValidationAnalyzer"
TO = "route: [{destination: {host: a}}]"


def test_what_validation_finds_has_istios_codes() -> None:
    text = rule("VirtualService", "it", f"{{hosts: [a], htp: [], http: [{{{TO}, timeout: 5}}, {{{TO}}}]}}")
    assert found(NAME, text) == [
        ("IST0106", "VirtualService default/it", "spec.htp"),
        ("IST0106", "VirtualService default/it", "spec.http[0].timeout"),
        ("IST0130", "VirtualService default/it", "spec.http[1]"),
    ]


def test_a_match_that_an_earlier_prefix_covers_is_information() -> None:
    spec = f"{{hosts: [a], http: [{{match: [{{uri: {{prefix: /a}}}}, {{uri: {{prefix: /ab}}}}], {TO}}}]}}"
    [problem] = problems_by(NAME, rule("VirtualService", "it", spec))
    assert (problem.code, problem.severity, problem.path) == ("IST0131", Severity.INFO, "spec.http[0].match[1]")


def test_kinds_that_are_not_known_are_left_alone() -> None:
    assert found(NAME, "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n") == []


def test_kinds_of_istios_that_are_not_served_are_warned_of() -> None:
    assert found(NAME, rule("Telemetry", "t", "{}")) == [("IST0133", "Telemetry default/t", "kind")]


def test_what_legacy_rules_no_longer_mean_is_said() -> None:
    head = "apiVersion: config.istio.io/v1alpha2\nkind: RouteRule\nmetadata: {{name: {0}, namespace: default}}\n"
    text = head + "spec: {{destination: {{name: a}}, precedence: {1}, route: [{{labels: {{version: v1}}}}]}}\n"
    [problem] = problems_by(NAME, text.format("first", 2), text.format("second", 1))
    assert (problem.code, str(problem.resource), problem.path) == (
        "IST0133",
        "RouteRule default/second",
        "spec.precedence",
    )
    assert problem.origin.line > 0


def test_a_kind_that_istio_does_not_have_is_a_mistake() -> None:
    [problem] = problems_by(NAME, rule("VirtualServise", "it", "{}"))
    assert (problem.code, problem.hint) == ("IST0106", "did you mean VirtualService?")
