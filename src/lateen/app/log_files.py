"""Keeps the logs of a mesh's own processes short, however long they run."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from lateen.lib.clock import Clock

MAX_BYTES = 10 * 1024 * 1024
CHECK_SECONDS = 60.0


async def keep_short(files: Sequence[Path], clock: Clock, most: int = MAX_BYTES) -> None:
    """Look at `files` now and then, until cancelled; one that is too long becomes `<name>.1`, as one before it may be.

    Their writers keep them open for appending: so the content is copied, and a line written meanwhile may be lost.
    """
    while True:
        for file in files:
            shorten(file, most)
        await clock.sleep(CHECK_SECONDS)


def shorten(file: Path, most: int) -> bool:
    """Move what is in a file that is longer than `most` bytes to `<name>.1`; says whether it was."""
    try:
        if file.stat().st_size <= most:
            return False
        shutil.copyfile(file, file.with_name(file.name + ".1"))
        os.truncate(file, 0)
    except OSError:
        return False  # the disk is full, or the file is not there: the next look may succeed
    return True
