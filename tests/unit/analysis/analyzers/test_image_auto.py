import pytest
from tests.unit.analysis.found import core, found, pod

NAME = "injection.ImageAutoAnalyzer"
AUTO = "containers: [{name: istio-proxy, image: auto}]"
ENABLED = core("Namespace", "default", meta="labels: {istio-injection: enabled}")


def deployment(labels: str = "{app: a}", spec: str = AUTO) -> str:
    return core("Deployment", "d", f"spec: {{template: {{metadata: {{labels: {labels}}}, spec: {{{spec}}}}}}}")


@pytest.mark.parametrize(
    ("documents", "code"),
    [
        ([pod("p", "{app: a}", AUTO)], "IST0147"),
        ([pod("p", "{app: a}", "containers: [{name: istio-proxy, image: x}]")], ""),
        ([deployment()], "IST0146"),
        ([deployment("{sidecar.istio.io/inject: 'true'}")], ""),
        ([deployment(), ENABLED], ""),
        ([deployment("{sidecar.istio.io/inject: 'false'}"), ENABLED], "IST0146"),
    ],
)
def test_images_that_ask_for_injection(documents: list[str], code: str) -> None:
    assert [each for each, _, _ in found(NAME, *documents)] == ([code] if code else [])
