from tests.unit.analysis.found import core, given, rule, service

from lateen.analysis.catalog import ANALYZERS, DEFAULTS
from lateen.analysis.messages import MESSAGES
from lateen.analysis.run import analyze
from lateen.api.problem import Severity

ROUTES = rule("VirtualService", "it", "{hosts: [a], http: [{route: [{destination: {host: x}}]}]}")
ANNOTATION = "annotations: {galley.istio.io/analyze-suppress: %s}"
SUPPRESSED = ROUTES.replace("namespace: default", f"namespace: default, {ANNOTATION}")


def codes(*documents: str) -> list[str]:
    return [problem.code for problem in analyze(given(*documents))]


def test_the_worst_comes_first_with_its_line() -> None:
    problems = analyze(given(service("a", "80:web"), ROUTES, core("Namespace", "more")))
    assert [problem.severity for problem in problems] == [Severity.ERROR, Severity.INFO, Severity.INFO]
    assert [problem.origin.line for problem in problems] == [9, 13, 4]


def test_a_resource_can_suppress_its_findings() -> None:
    assert codes(SUPPRESSED % "'IST0001,IST0101'") == codes(SUPPRESSED % "'*'") == []
    assert codes(SUPPRESSED % "IST0102") == ["IST0101"]


def test_the_systems_own_namespaces_are_not_looked_at() -> None:
    assert codes(core("Namespace", "kube-system"), service("kube-system/a", "80:web")) == []


def test_the_catalog_is_complete_and_its_names_are_unique() -> None:
    assert len({each.name for each in ANALYZERS}) == len(ANALYZERS)
    assert {message for each in ANALYZERS for message in each.messages} == set(MESSAGES)
    assert all(each.description.endswith((".", "…`.")) for each in ANALYZERS)
    assert [each.name for each in ANALYZERS if each not in DEFAULTS] == ["annotations.AlphaAnalyzer"]


def test_codes_are_istios_and_unique() -> None:
    assert [message.code for message in MESSAGES] == sorted({message.code for message in MESSAGES})
    assert all(message.documentation.endswith(f"/{message.code.lower()}/") for message in MESSAGES)
