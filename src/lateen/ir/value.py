"""The base of every IR type."""

import msgspec


class Value(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """An immutable value: equal content is equal, and equal values translate to equal bytes.

    Maps are tuples of pairs in a fixed order, lists are tuples. Durations are milliseconds. Shares are parts of a
    million. A `None` means "not asked for": translate then leaves Envoy's field unset.
    """


Pairs = tuple[tuple[str, str], ...]
