import pytest

from lateen.translate.names import CLUSTER_TYPE, ROUTE_TYPE
from lateen.xds.nack import blamed, rest_applied

NAMES = ("outbound|80||a.b", "outbound|80||a", "0.0.0.0_80", "virtualInbound", "http.8080")


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("Error adding/updating cluster(s) outbound|80||a.b: no good", {"outbound|80||a.b"}),
        (
            "Error adding/updating cluster(s) outbound|80||a: x, outbound|80||a.b: y",
            {"outbound|80||a", "outbound|80||a.b"},
        ),
        (
            "Error adding/updating listener(s) 0.0.0.0_80: bad\nvirtualInbound: worse\n",
            {"0.0.0.0_80", "virtualInbound"},
        ),
        ("Only unique values for domains are permitted. Duplicate entry of domain x in route http.8080", {"http.8080"}),
        ("Proto constraint validation failed", set()),
    ],
)
def test_names_in_envoys_messages(message: str, names: set[str]) -> None:
    assert blamed(message, NAMES) == names


def test_envoy_takes_the_rest_of_clusters_only() -> None:
    message = "Error adding/updating cluster(s) a: b"
    assert rest_applied(CLUSTER_TYPE, message)
    assert not rest_applied(CLUSTER_TYPE, "Proto constraint validation failed")
    assert not rest_applied(ROUTE_TYPE, message)
