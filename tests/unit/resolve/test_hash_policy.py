import pytest
from tests.support.resources import service
from tests.support.routing import Routing, document, rule

from lateen.ir.route import Forward, HashCookie, HashOn

HOST = "reviews.default.svc.cluster.local:9080"


def forward(mesh: Routing) -> Forward:
    action = mesh.host("9080", HOST).routes[0].action
    assert isinstance(action, Forward)
    return action


def hashed_by(consistent: str) -> str:
    return document(
        "DestinationRule",
        "reviews",
        f"{{host: reviews, trafficPolicy: {{loadBalancer: {{consistentHash: {consistent}}}}}, subsets: [{{name: v1, "
        "trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-sub}}}}, {name: v2, "
        "trafficPolicy: {loadBalancer: {simple: RANDOM}}}]}",
    )


@pytest.mark.parametrize(
    ("consistent", "expected"),
    [
        ("{httpHeaderName: x-user}", HashOn(header="x-user")),
        ("{useSourceIp: true}", HashOn(source_ip=True)),
        ("{httpQueryParameterName: q}", HashOn(query_parameter="q")),
        ("{httpCookie: {name: c, path: /p, ttl: 0s}}", HashOn(cookie=HashCookie(name="c", path="/p", ttl_ms=0))),
        (
            "{httpCookie: {name: c, ttl: 2s, attributes: [{name: SameSite, value: Lax}]}}",
            HashOn(cookie=HashCookie(name="c", ttl_ms=2000, attributes=(("SameSite", "Lax"),))),
        ),
    ],
)
@pytest.mark.parametrize("ruled", [False, True])
def test_the_destinations_consistent_hash_is_on_its_routes(consistent: str, expected: HashOn, *, ruled: bool) -> None:
    text = service("reviews") + hashed_by(consistent)
    if ruled:
        text += rule("r", "{hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}")
    action = forward(Routing(text))
    assert action.hash_on == (expected,)
    assert action.retry is not None
    assert action.retry.skip_previous_hosts is not ruled


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ("{host: reviews, subset: v1}", (HashOn(header="x-sub"),)),
        ("{host: reviews, subset: v2}", ()),
        (
            "{host: reviews, subset: v1}, weight: 1}, {weight: 1, destination: {host: reviews}",
            (HashOn(header="x-sub"), HashOn(header="x")),
        ),
        ("{host: reviews}, weight: 1}, {weight: 1, destination: {host: reviews}", (HashOn(header="x"),)),
    ],
)
def test_a_subset_has_its_own_hash(targets: str, expected: tuple[HashOn, ...]) -> None:
    text = service("reviews") + hashed_by("{httpHeaderName: x}")
    text += rule("r", f"{{hosts: [reviews], http: [{{route: [{{destination: {targets}}}]}}]}}")
    assert forward(Routing(text)).hash_on == expected
