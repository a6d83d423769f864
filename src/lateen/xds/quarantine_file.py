"""The file in which versions of rules that are left out survive a restart."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from lateen.xds.quarantine import HeldBack

log = logging.getLogger(__name__)


class QuarantineFile:
    """One JSON document; one that can't be read counts as empty, and one that can't be written is only logged."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Iterable[HeldBack]:
        """What was saved last."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[HeldBack])
        except FileNotFoundError:
            return ()
        except (OSError, msgspec.MsgspecError) as failure:
            log.warning("%s can't be read: %s", self._path, failure)
            return ()

    def save(self, held: Sequence[HeldBack]) -> None:
        """Keep it, all or nothing."""
        partial = self._path.with_suffix(".partial")
        try:
            partial.write_bytes(msgspec.json.encode(list(held)))
            partial.replace(self._path)
        except OSError as failure:
            log.warning("%s can't be written: %s", self._path, failure)
