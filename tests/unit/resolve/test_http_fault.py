import pytest

from lateen.api.duration import parse_duration
from lateen.api.virtual_service import Abort, Delay, HTTPFaultInjection, Percent
from lateen.ir.route import Fault
from lateen.resolve.http_fault import fault, share_of

SECOND = parse_duration("1s")


@pytest.mark.parametrize(
    ("injection", "expected"),
    [
        (None, None),
        (HTTPFaultInjection(), None),
        (
            HTTPFaultInjection(delay=Delay(fixed_delay=SECOND, percentage=Percent(value=0.1))),
            Fault(delay_ms=1000, delay_share=1000),
        ),
        (HTTPFaultInjection(delay=Delay(fixed_delay=SECOND, percent=7)), Fault(delay_ms=1000, delay_share=70_000)),
        (HTTPFaultInjection(delay=Delay(fixed_delay=SECOND)), Fault(delay_ms=1000, delay_share=0)),
        (HTTPFaultInjection(delay=Delay(exponential_delay=SECOND, percent=7)), None),
        (
            HTTPFaultInjection(abort=Abort(http_status=418, percentage=Percent(value=100))),
            Fault(abort_http_status=418, abort_share=1_000_000),
        ),
        (HTTPFaultInjection(abort=Abort(http_status=418)), Fault(abort_http_status=418, abort_share=0)),
        (
            HTTPFaultInjection(abort=Abort(grpc_status="UNAVAILABLE", percentage=Percent(value=50))),
            Fault(abort_grpc_status=14, abort_share=500_000),
        ),
        (HTTPFaultInjection(abort=Abort(http2_error="REFUSED_STREAM")), None),
    ],
)
def test_faults(injection: HTTPFaultInjection | None, expected: Fault | None) -> None:
    assert fault(injection) == expected


def test_shares_are_rounded_down_to_a_millionth() -> None:
    assert share_of(Percent(value=33.33339)) == 333_333
    assert share_of(None, 5) == 5
