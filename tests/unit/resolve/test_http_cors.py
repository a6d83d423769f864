import pytest

from lateen.api.codec import from_yaml
from lateen.api.schema import decode
from lateen.api.virtual_service import VirtualService
from lateen.ir.match import StringKind, StringMatch
from lateen.ir.route import Cors
from lateen.resolve.http_cors import cors


def policy(text: str) -> Cors | None:
    body = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "spec": {"http": [{"corsPolicy": from_yaml(text)}]},
    }
    resource, _ = decode(body)
    assert isinstance(resource, VirtualService)
    return cors(resource.spec.http[0].cors_policy)


EXACT = StringMatch(kind=StringKind.EXACT, value="https://a")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Cors(forward_unmatched_preflights=True)),
        ("{unmatchedPreflights: IGNORE}", Cors(forward_unmatched_preflights=False)),
        ("{allowOrigin: ['https://a']}", Cors(allow_origins=(EXACT,), forward_unmatched_preflights=True)),
        ("{allowOrigins: [{exact: 'https://a'}]}", Cors(allow_origins=(EXACT,), forward_unmatched_preflights=True)),
        (
            "{allowMethods: [GET, PUT], allowHeaders: [a, b], exposeHeaders: [c], maxAge: 24h, allowCredentials: true}",
            Cors(
                allow_methods="GET,PUT",
                allow_headers="a,b",
                expose_headers="c",
                max_age="86400",
                allow_credentials=True,
                forward_unmatched_preflights=True,
            ),
        ),
    ],
)
def test_policies(text: str, expected: Cors) -> None:
    assert policy(text) == expected


def test_no_policy() -> None:
    assert cors(None) is None
