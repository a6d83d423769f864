"""Times as users write them."""

from google.protobuf.duration_pb2 import Duration as EnvoyDuration

from lateen.api.duration import Duration


def time_text(milliseconds: int) -> str:
    """`1.5s`, `250ms`."""
    return f"{milliseconds}ms" if 0 < milliseconds < 1000 else str(Duration(milliseconds=milliseconds))


def duration_text(duration: EnvoyDuration) -> str:
    """The same of Envoy's durations."""
    return time_text(duration.seconds * 1000 + duration.nanos // 1_000_000)


def percent(share: float) -> str:
    """`50%`, `33.3%`."""
    return f"{100 * share:.4g}%"
