"""The validators find what is wrong: were they blind, every test that relies on them would pass."""

from collections.abc import Callable

import pytest
from tests.support import sample_proxy as sample
from tests.support.validators import problems

from lateen.translate.resources import Resources, translate_proxy


def no_cluster(resources: Resources) -> None:
    del resources.clusters[sample.V2]  # type: ignore[attr-defined]
    del resources.endpoints[sample.V2]  # type: ignore[attr-defined]


def no_endpoints(resources: Resources) -> None:
    del resources.endpoints[sample.V2]  # type: ignore[attr-defined]


def no_routes(resources: Resources) -> None:
    del resources.routes["9080"]  # type: ignore[attr-defined]


def double_domain(resources: Resources) -> None:
    resources.routes["9080"].virtual_hosts[1].domains.append("REVIEWS")


def double_chain(resources: Resources) -> None:
    listener = resources.listeners["virtualInbound"]
    listener.filter_chains.add().CopyFrom(listener.filter_chains[1])


def negative_timeout(resources: Resources) -> None:
    resources.clusters[sample.V1].connect_timeout.seconds = -1


def nameless_header(resources: Resources) -> None:
    resources.routes["9080"].virtual_hosts[0].routes[0].match.headers.add()


def other_name(resources: Resources) -> None:
    resources.clusters[sample.V1].name = "x"


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (no_cluster, f"refers to cluster {sample.V2}, which doesn't exist"),
        (no_endpoints, f"cluster {sample.V2}: has no endpoints resource"),
        (no_routes, "refers to routes 9080, which don't exist"),
        (double_domain, "domain reviews occurs twice"),
        (double_chain, "two filter chains match the same"),
        (negative_timeout, "connect_timeout: -1.0 must be gt 0.0"),
        (nameless_header, "match.headers[0].name: is shorter than 1"),
        (other_name, f"cluster {sample.V1}: calls itself x"),
    ],
)
def test_what_is_wrong_is_found(spoil: Callable[[Resources], None], found: str) -> None:
    resources = translate_proxy(sample.CONFIG)
    spoil(resources)
    assert any(found in problem for problem in problems(resources))
