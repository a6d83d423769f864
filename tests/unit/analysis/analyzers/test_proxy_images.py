import pytest
from tests.unit.analysis.found import core, found, problems_by, rule

NAME = "injection.ImageAnalyzer"
VALUES = '{"global": {"hub": "h", "tag": "2", "proxy": {"image": "%s"}}}'

DEBUG = "{proxy.istio.io/config: 'image: {imageType: debug}'}"


def values(image: str = "proxyv2", name: str = "istio-sidecar-injector") -> str:
    return core("ConfigMap", f"istio-system/{name}", f"data:\n  values: '{VALUES % image}'")


def namespace(labels: str = "istio-injection: enabled") -> str:
    return core("Namespace", "default", meta=f"labels: {{{labels}}}")


def proxied(image: str, annotations: str = "{}") -> str:
    spec = f"spec: {{containers: [{{name: istio-proxy, image: '{image}'}}]}}"
    return core("Pod", "p", spec, f"annotations: {annotations}")


def proxy_config(name: str, variant: str, more: str = "") -> str:
    return rule("ProxyConfig", name, f"{{image: {{imageType: {variant}}}{more}}}")


@pytest.mark.parametrize(
    ("documents", "variant"),
    [
        ([proxy_config("istio-system/m", "debug")], "debug"),
        ([proxy_config("istio-system/m", "debug"), proxy_config("n", "distroless")], "distroless"),
        ([proxy_config("n", "debug"), proxy_config("p", "distroless", ", selector: {matchLabels: {}}")], "distroless"),
        ([proxy_config("p", "debug", ", selector: {matchLabels: {app: other}}")], ""),
        ([proxy_config("other/n", "debug")], ""),
    ],
)
def test_proxy_configs_choose_the_variant(documents: list[str], variant: str) -> None:
    other = "debug" if variant == "distroless" else "distroless"
    around = [values(), namespace(), *documents]
    assert found(NAME, *around, proxied(f"h/proxyv2:2-{variant}" if variant else "h/proxyv2:2")) == []
    assert len(found(NAME, *around, proxied(f"h/proxyv2:2-{other}"))) == 1


@pytest.mark.parametrize(
    ("documents", "count"),
    [
        ([values(), namespace(), proxied("h/proxyv2:2")], 0),
        ([values(), namespace(), proxied("h/proxyv2:1")], 1),
        ([values("x/p:1"), namespace(), proxied("x/p:1")], 0),
        ([values(), namespace("a: b"), proxied("h/proxyv2:1")], 0),
        ([values(name="istio-sidecar-injector-canary"), namespace("istio.io/rev: canary"), proxied("h/proxyv2:1")], 1),
        ([values(), namespace(), proxied("h/proxyv2:1", "{sidecar.istio.io/proxyImage: h/proxyv2:1}")], 0),
        (
            [
                values(),
                namespace(),
                proxied("h/proxyv2:2-debug", "{proxy.istio.io/config: 'image: {imageType: debug}'}"),
            ],
            0,
        ),
        ([values(), namespace(), proxied("h/proxyv2:2-debug")], 1),
        ([namespace(), proxied("h/proxyv2:1")], 0),
    ],
)
def test_proxies_of_another_version(documents: list[str], count: int) -> None:
    assert found(NAME, *documents) == [("IST0158", "Namespace default", "metadata.name")] * count


def test_the_pods_are_named() -> None:
    [problem] = problems_by(NAME, values(), namespace(), proxied("h/proxyv2:1"))
    assert "the pods [p]" in problem.message
