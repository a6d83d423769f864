import msgspec
import pytest
from tests.support.resources import REVIEWS
from tests.support.routing import Routing, rule, sidecar, told_all

from lateen.api.codec import from_yaml
from lateen.api.virtual_service import HTTPMatchRequest
from lateen.resolve.http_match import is_catch_all, route_match, source_matches

HOST = "reviews.default.svc.cluster.local:9080"


def routes(http: str, **labels: str) -> list[str]:
    mesh = Routing(REVIEWS + rule("reviews", f"{{hosts: [reviews], http: {http}}}"), sidecar(**labels))
    return told_all(mesh.host("9080", HOST))


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{}", "prefix:/"),
        ("{uri: {exact: /a}}", "exact:/a"),
        ("{uri: {prefix: /a}}", "prefix:/a"),
        ("{uri: {regex: '/a.*'}}", "regex:/a.*"),
        ("{uri: {exact: /A}, ignoreUriCase: true}", "exact:/A~"),
        ("{method: {exact: GET}}", "prefix:/ :method=exact:GET"),
        ("{scheme: {exact: https}}", "prefix:/ :scheme=exact:https"),
        ("{authority: {prefix: rev}}", "prefix:/ :authority=prefix:rev"),
        ("{headers: {end-user: {exact: jason}}}", "prefix:/ end-user=exact:jason"),
        ("{headers: {End-User: {regex: 'j.*'}}}", "prefix:/ end-user=regex:j.*"),
        ("{headers: {b: {}, a: {exact: x}}}", "prefix:/ a=exact:x b"),
        ("{headers: {a: {regex: '*'}}}", "prefix:/ a"),
        ("{withoutHeaders: {a: {exact: x}}}", "prefix:/ !a=exact:x"),
        ("{withoutHeaders: {a: {}}}", "prefix:/ !a"),
        ("{queryParams: {q: {exact: '1'}}}", "prefix:/ ?q=exact:1"),
        ("{queryParams: {q: {}}}", "prefix:/ ?q"),
        (
            "{uri: {prefix: /a}, headers: {h: {exact: x}}, method: {exact: PUT}}",
            "prefix:/a h=exact:x :method=exact:PUT",
        ),
        ("{withoutHeaders: {'@request.auth.claims.a': {exact: x}}, headers: {h: {exact: x}}}", "prefix:/ h=exact:x"),
    ],
)
def test_conditions(match: str, expected: str) -> None:
    found = routes(f"[{{match: [{match}], route: [{{destination: {{host: reviews}}}}]}}]")
    assert found == [f"{expected} -> 9080||reviews"]


@pytest.mark.parametrize(
    ("match", "labels", "fits"),
    [
        ("{port: 9080, uri: {prefix: /x}}", {}, True),
        ("{port: 9081, uri: {prefix: /x}}", {}, False),
        ("{sourceLabels: {app: a}}", {"app": "a"}, True),
        ("{sourceLabels: {app: a}}", {"app": "b"}, False),
        ("{sourceNamespace: default}", {}, True),
        ("{sourceNamespace: other}", {}, False),
        ("{gateways: [mesh]}", {}, True),
        ("{gateways: [some-gateway]}", {}, False),
        ("{headers: {'@request.auth.claims.a': {exact: x}}}", {}, False),
    ],
)
def test_conditions_on_the_client(match: str, labels: dict[str, str], fits: bool) -> None:
    http = f"[{{match: [{match}], directResponse: {{status: 201}}}}, {{directResponse: {{status: 202}}}}]"
    assert any(each.endswith("201") for each in routes(http, **labels)) is fits


def test_naming_a_gateway_leaves_labels_out_of_account_as_in_istio() -> None:
    match = HTTPMatchRequest(gateways=("mesh",), source_labels={"app": "other"})
    assert source_matches(match, "mesh", ("mesh",), {}, "default")


@pytest.mark.parametrize(
    ("match", "everything"),
    [
        ("{}", True),
        ("{uri: {prefix: /}}", True),
        ("{uri: {regex: '.*'}}", True),
        ("{uri: {prefix: /a}}", False),
        ("{uri: {prefix: /}, headers: {a: {}}}", False),
        ("{queryParams: {a: {}}}", False),
    ],
)
def test_what_takes_everything(match: str, everything: bool) -> None:
    assert is_catch_all(route_match(msgspec.convert(from_yaml(match), HTTPMatchRequest))) is everything
