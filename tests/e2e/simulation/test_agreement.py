"""The simulator and Envoy do the same with the same routes and requests."""

from pathlib import Path

import msgspec
import pytest
from tests.support import sample_proxy
from tests.support.routed_envoy import routed_envoy

from lateen.simulation.call import Call
from lateen.simulation.routing import route_request
from lateen.translate.resources import translate_proxy

pytestmark = pytest.mark.root

CALLS = (
    Call(
        address="10.96.0.10", port=9080, host="reviews:9080", path="/reviews/1", headers={"x-gone": "1", "x-added": "1"}
    ),
    Call(address="10.96.0.10", port=9080, host="REVIEWS", path="/old?q=1"),
    Call(address="10.96.0.10", port=9080, host="reviews:9080", path="/moved/a?b=c"),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/moved/"),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/teapot"),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/?lang=en", headers={"end-user": "jason"}),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/?lang=de", headers={"end-user": "jason"}),
    Call(
        address="10.96.0.10", port=9080, host="reviews", path="/?lang=en", headers={"end-user": "jason", "x-beta": "1"}
    ),
    Call(
        address="10.96.0.10",
        port=9080,
        host="reviews",
        path="/?lang=en",
        headers={"end-user": "jason", "x-tier": "gold"},
    ),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/api/v1"),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/api/v1/x?y=z"),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/api/v1x"),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/book/12?x"),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/book/12/"),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/hosts", headers={"x-also": "client"}),
    Call(address="10.96.0.10", port=9080, host="reviews", path="/own-hosts?x=%20y"),
    Call(address="10.96.0.10", port=9080, host="a.wild.test:9080", path="/x"),
    Call(address="10.96.0.10", port=9080, host="wild.test", path="/x", method="POST"),
)


def test_the_samples_routes(tmp_path: Path) -> None:
    resources = translate_proxy(sample_proxy.CONFIG)
    config = resources.routes["9080"]
    with routed_envoy({"9080": config}, tmp_path) as envoy:
        found = [
            f"{msgspec.to_builtins(call)}: {text}"
            for call in CALLS
            for text in envoy.disagreements("9080", call, route_request(resources, config, call))
        ]
    assert found == []
