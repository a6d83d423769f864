import pytest

from lateen.analysis.annotation import ANNOTATIONS
from lateen.analysis.annotation_value import _CHECKS, defect_of


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("sidecar.istio.io/interceptionMode", ["REDIRECT", "NONE"], ["redirect", ""]),
        ("status.sidecar.istio.io/port", ["0", "15020", " 80"], ["x", "65536", "-1"]),
        ("readiness.status.sidecar.istio.io/periodSeconds", ["10"], ["ten", "1.5", "4294967296"]),
        ("traffic.sidecar.istio.io/includeOutboundIPRanges", ["*", "", "10.0.0.0/8,::/0"], ["10.0.0.1", "x/8"]),
        ("traffic.sidecar.istio.io/excludeOutboundIPRanges", ["10.0.0.0/8"], ["*"]),
        ("traffic.sidecar.istio.io/includeInboundPorts", ["*", "80,443"], ["80,x"]),
        ("traffic.sidecar.istio.io/excludeInboundPorts", ["", "80, 443"], ["*", "80,"]),
        ("traffic.sidecar.istio.io/excludeInterfaces", ["eth0,eth1"], ["eth/0", "a-name-that-is-long"]),
        ("prometheus.istio.io/merge-metrics", ["true", "F"], ["yes"]),
        ("proxy.istio.io/config", ["", "{}", "concurrency: 2"], ["- a", "a: [", "text"]),
        ("sidecar.istio.io/proxyCPU", ["100m", "2"], ["2 cores"]),
        ("sidecar.istio.io/logLevel", ["anything"], []),
    ],
)
def test_values(name: str, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if defect_of(name, value)] == []
    assert [value for value in bad if not defect_of(name, value)] == []


def test_every_check_is_of_an_annotation_there_is() -> None:
    assert set(_CHECKS) <= set(ANNOTATIONS)
