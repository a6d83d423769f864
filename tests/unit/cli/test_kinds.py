"""The ways to name resources."""

import click
import pytest

from lateen.cli.kinds import parse_targets


def titles(*words: str) -> list[str]:
    return [target.title for target in parse_targets(words)]


def test_kinds_and_names_as_kubectl_has_them() -> None:
    assert titles("pods") == ["pod/"]
    assert titles("po", "a", "b") == ["pod/a", "pod/b"]
    assert titles("vs,dr") == ["virtualservice.networking.istio.io/", "destinationrule.networking.istio.io/"]
    assert titles("deploy/a", "svc/b") == ["deployment.apps/a", "service/b"]
    assert titles("virtualservices.networking.istio.io", "a") == ["virtualservice.networking.istio.io/a"]
    assert "service/" in titles("all")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("virtualservces",), "did you mean 'virtualservices'"),
        (("pod/",), "names no resource"),
        (("pod/a", "b"), "names no resource"),
        ((), "name a kind"),
    ],
)
def test_what_can_not_be_meant_is_answered_with_a_hint(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(click.UsageError, match=message):
        parse_targets(words)


def test_paths_are_those_of_the_stored_version() -> None:
    (target,) = parse_targets(("vs/reviews",))
    assert target.path("shop") == "/apis/networking.istio.io/v1/namespaces/shop/virtualservices/reviews"
    assert target.path("shop", "status").endswith("/reviews/status")
    (namespace,) = parse_targets(("ns/shop",))
    assert namespace.path("other") == "/api/v1/namespaces/shop"
