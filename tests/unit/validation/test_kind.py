import pytest

from lateen.api.problem import Severity
from lateen.validation.validate import validate


@pytest.mark.parametrize(
    ("version", "kind", "said"),
    [
        ("security.istio.io/v1", "AuthorizationPolicy", "this version of Lateen does not have the kind"),
        ("config.istio.io/v1alpha2", "handler", "Istio has given up the kind"),
    ],
)
def test_kinds_of_istios_that_are_not_served_are_warned_of(version: str, kind: str, said: str) -> None:
    [problem] = validate({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": {"x": 1}})
    assert (problem.severity, problem.code, problem.path) == (Severity.WARNING, "NoEffect", "kind")
    assert problem.message.startswith(said)
    assert problem.message.endswith("the document has no effect")


@pytest.mark.parametrize(
    ("version", "kind", "hint"),
    [
        ("security.istio.io/v1", "AuthorisationPolicy", "did you mean AuthorizationPolicy?"),
        ("networking.istio.io/v1", "VirtualServise", "did you mean VirtualService?"),
        ("networking.istio.io/v2", "VirtualService", "write networking.istio.io/v1 or"),
        ("example.com/v1", "Gateway", "known is the Gateway of networking.istio.io/v1"),
        ("apps/v1", "StatefulSet", "known of apps: Deployment"),
        ("batch/v1", "Job", "leave it out: "),
        ("monitoring.example.com/v1", "ServiceMonitor", "leave it out: "),
        ("netwrking.istio.io/v1", "VirtualServise", "did you mean VirtualService of networking.istio.io?"),
    ],
)
def test_words_that_are_no_kind_are_errors(version: str, kind: str, hint: str) -> None:
    [problem] = validate({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}})
    assert (problem.severity, problem.code) == (Severity.ERROR, "UnknownKind")
    assert problem.hint.startswith(hint)
