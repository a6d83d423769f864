"""Delays and failures put in on purpose (Istio `HTTPFaultInjection`)."""

from envoy.extensions.filters.common.fault.v3 import fault_pb2 as common_pb2
from envoy.extensions.filters.http.fault.v3 import fault_pb2

from lateen.ir.route import Fault
from lateen.translate import scalar


def fault_filter() -> fault_pb2.HTTPFault:
    """Does nothing until a route has a policy."""
    return fault_pb2.HTTPFault()


def fault_policy(fault: Fault) -> fault_pb2.HTTPFault:
    return fault_pb2.HTTPFault(delay=_delay(fault), abort=_abort(fault))


def _delay(fault: Fault) -> common_pb2.FaultDelay | None:
    if not fault.delay_ms:
        return None
    return common_pb2.FaultDelay(
        fixed_delay=scalar.duration(fault.delay_ms), percentage=scalar.fraction(fault.delay_share)
    )


def _abort(fault: Fault) -> fault_pb2.FaultAbort | None:
    abort = fault_pb2.FaultAbort(percentage=scalar.fraction(fault.abort_share))
    if fault.abort_http_status is not None:
        abort.http_status = fault.abort_http_status
    elif fault.abort_grpc_status is not None:
        abort.grpc_status = fault.abort_grpc_status
    else:
        return None
    return abort
