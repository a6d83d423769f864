"""Changes to headers."""

from collections.abc import Iterator

from envoy.config.core.v3 import base_pb2

from lateen.ir.route import HeaderEdits

_OVERWRITE = base_pb2.HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD
_APPEND = base_pb2.HeaderValueOption.APPEND_IF_EXISTS_OR_ADD


def headers_to_add(edits: HeaderEdits) -> list[base_pb2.HeaderValueOption]:
    """`set` first, then `add`, so that a header that is set and added ends up with both values."""
    return list(_options(edits))


def _options(edits: HeaderEdits) -> Iterator[base_pb2.HeaderValueOption]:
    for action, pairs in ((_OVERWRITE, edits.set), (_APPEND, edits.add)):
        for name, value in pairs:
            yield base_pb2.HeaderValueOption(
                header=base_pb2.HeaderValue(key=name, value=value), append_action=action, keep_empty_value=not value
            )
