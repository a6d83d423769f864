from envoy.config.route.v3.route_components_pb2 import Route

from lateen.ir.match import StringKind, StringMatch
from lateen.ir.route import Cors
from lateen.simulation.call import Call
from lateen.simulation.preflight import preflight_answer
from lateen.translate.filters.cors import cors_policy
from lateen.translate.names import CORS_FILTER
from lateen.translate.wire import pack

SHOP = StringMatch(kind=StringKind.EXACT, value="https://shop")


def asked(policy: Cors | None, method: str = "OPTIONS", **headers: str) -> object:
    route = Route(typed_per_filter_config={CORS_FILTER: pack(cors_policy(policy))} if policy else None)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return preflight_answer(route, Call(address="", port=80, method=method, headers=named))


def test_a_preflight_is_answered_by_the_policy() -> None:
    policy = Cors(allow_origins=(SHOP,), allow_methods="PUT", allow_credentials=True, max_age="5")
    assert asked(policy, origin="https://shop", access_control_request_method="PUT") == {
        "access-control-allow-origin": "https://shop",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "PUT",
        "access-control-max-age": "5",
    }


def test_what_is_no_preflight_goes_on() -> None:
    policy = Cors(allow_origins=(SHOP,))
    assert asked(policy, "GET", origin="https://shop", access_control_request_method="PUT") is None
    assert asked(policy, origin="https://shop") is None
    assert asked(policy, access_control_request_method="PUT") is None
    assert asked(None, origin="https://shop", access_control_request_method="PUT") is None


def test_other_origins() -> None:
    strict = Cors(allow_origins=(SHOP,), forward_unmatched_preflights=False)
    for policy, answer in ((Cors(allow_origins=(SHOP,)), None), (strict, {})):
        assert asked(policy, origin="https://evil", access_control_request_method="PUT") == answer
