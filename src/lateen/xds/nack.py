"""Reads out of a NACK which resources a client refused."""

import re
from collections.abc import Iterable

from lateen.translate.names import CLUSTER_TYPE, LISTENER_TYPE

APPLIED_ONE_BY_ONE = frozenset({CLUSTER_TYPE, LISTENER_TYPE})
NAME_CHARACTERS = re.compile(r"[A-Za-z0-9_.|:~/\[\]*-]+")


def blamed(message: str, names: Iterable[str]) -> frozenset[str]:
    """Those of `names` that an error message mentions as whole words.

    Envoy writes `Error adding/updating cluster(s) outbound|80||a.b: why`, and for other types mostly no name at all.
    """
    words = {word.rstrip(":.") for word in NAME_CHARACTERS.findall(message)}
    return frozenset(name for name in names if name in words or (not _is_word(name) and name in message))


def _is_word(name: str) -> bool:
    return NAME_CHARACTERS.fullmatch(name) is not None


def rest_applied(type_url: str, message: str) -> bool:
    """Whether Envoy has taken the resources of the response that it doesn't complain about.

    It does so for clusters and listeners, unless the response was turned down as a whole before it was looked into.
    """
    return type_url in APPLIED_ONE_BY_ONE and message.startswith("Error adding/updating")
