"""Faults."""

from lateen.ir.route import Fault
from lateen.translate.filters.fault import fault_policy


def test_a_delay_without_a_failure_and_the_other_way_round() -> None:
    delay = fault_policy(Fault(delay_ms=1500, delay_share=1000))
    assert (delay.delay.fixed_delay.ToMilliseconds(), delay.delay.percentage.numerator) == (1500, 1000)
    assert not delay.HasField("abort")
    abort = fault_policy(Fault(abort_http_status=503, abort_share=1_000_000))
    assert (abort.abort.http_status, abort.abort.percentage.numerator) == (503, 100)
    assert not abort.HasField("delay")


def test_grpc_status_zero_is_a_status() -> None:
    assert fault_policy(Fault(abort_grpc_status=0)).abort.WhichOneof("error_type") == "grpc_status"
