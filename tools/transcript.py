"""Runs the commands in a page and writes down what they print.

Usage: python tools/transcript.py docs/explain.md
In blocks marked `console`, lines that begin with `$ lateen ` are commands; all others are replaced by their output. A
block after a line that is only a file name (`reviews.yaml`:) is that file. The samples are there as folders.
"""

import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from lateen.cli.root import root

SAMPLES = Path(__file__).parent.parent / "src" / "lateen" / "samples"
FENCE = "```"
FILE = re.compile(r"`([\w./-]+\.ya?ml)`:")
PROMPT = "$ "


def rewritten(page: str) -> str:
    """The page with the output of its commands as it is now."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for sample in SAMPLES.iterdir():
            Path(sample.name).symlink_to(sample)
        return "\n".join(_lines(page.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    name, block, inside = "", [""], ""
    for line in lines:
        if inside and line != FENCE:
            block.append(line)
            continue
        if inside:
            yield from _block(inside, block, name)
            inside, name = "", ""
        elif line.startswith(FENCE):
            inside, block = line.removeprefix(FENCE), []
        elif line and (found := FILE.fullmatch(line)):
            name = found[1]
        yield line


def _block(kind: str, block: list[str], name: str) -> Iterator[str]:
    if name:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("\n".join(block) + "\n")
    if kind != "console":
        yield from block
        return
    for line in block:
        if line.startswith(f"{PROMPT}lateen "):
            yield line
            yield from _output(shlex.split(line.removeprefix(f"{PROMPT}lateen ")))


def _output(words: list[str]) -> list[str]:
    result = CliRunner().invoke(root, words, prog_name="lateen")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output.rstrip("\n").split("\n")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        file = Path(argument)
        file.write_text(rewritten(file.read_text()))
