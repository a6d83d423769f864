"""Envoy's wrapped numbers, durations and shares."""

from envoy.config.core.v3 import base_pb2
from envoy.type.v3 import percent_pb2
from google.protobuf import duration_pb2, wrappers_pb2

MILLION = 1_000_000

UInt32 = wrappers_pb2.UInt32Value


def uint32(value: int) -> wrappers_pb2.UInt32Value:
    return wrappers_pb2.UInt32Value(value=value)


def uint64(value: int) -> wrappers_pb2.UInt64Value:
    return wrappers_pb2.UInt64Value(value=value)


def boolean(value: bool) -> wrappers_pb2.BoolValue:
    return wrappers_pb2.BoolValue(value=value)


def duration(milliseconds: int) -> duration_pb2.Duration:
    return duration_pb2.Duration(seconds=milliseconds // 1000, nanos=milliseconds % 1000 * 1_000_000)


def optional_uint32(value: int | None) -> wrappers_pb2.UInt32Value | None:
    """`None` stays `None`, which leaves a field unset."""
    return None if value is None else uint32(value)


def optional_duration(milliseconds: int | None) -> duration_pb2.Duration | None:
    """`None` stays `None`, which leaves a field unset."""
    return None if milliseconds is None else duration(milliseconds)


def percent(value: float) -> percent_pb2.Percent:
    return percent_pb2.Percent(value=value)


def fraction(millionths: int) -> percent_pb2.FractionalPercent:
    """A share of a million; whole percents are written as such, as Istio does."""
    if millionths % 10_000 == 0:
        return percent_pb2.FractionalPercent(numerator=millionths // 10_000)
    return percent_pb2.FractionalPercent(numerator=millionths, denominator=percent_pb2.FractionalPercent.MILLION)


def runtime_fraction(millionths: int) -> base_pb2.RuntimeFractionalPercent:
    return base_pb2.RuntimeFractionalPercent(default_value=fraction(millionths))
