"""How `lateen traffic` groups answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import click

VERSION, POD = "version", "pod"


@dataclass(frozen=True, slots=True)
class Grouping:
    """`version` and `pod` are seen at the calling proxy; a header or a pattern is looked for in the answers."""

    by: str
    header: str = ""
    pattern: re.Pattern[str] | None = None

    @property
    def in_answers(self) -> bool:
        """Whether groups are read from the answers themselves."""
        return bool(self.header or self.pattern)

    @property
    def title(self) -> str:
        """The heading over the groups."""
        return self.by.upper() if self.by in {VERSION, POD} else self.by

    @property
    def missing(self) -> str:
        """The group of answers in which nothing was found."""
        return "(no header)" if self.header else "(no match)"

    def find(self, headers: Mapping[str, str], match: str | None) -> str | None:
        """What an answer says: the header's value, or what the pattern found in the body."""
        return headers.get(self.header) if self.header else match


def parse_grouping(word: str) -> Grouping:
    """`pod`, `version`, `header:NAME`, or `regex:PATTERN` (also without `regex:`, if it is no mere word).

    Raises click.UsageError.
    """
    if word in {VERSION, POD}:
        return Grouping(word)
    if word.isalpha():
        raise click.UsageError(f"--by {word}: neither pod nor version; to look for the word, write regex:{word}")
    kind, separator, rest = word.partition(":")
    if separator and kind == "header":
        return Grouping(word, header=rest.lower())
    try:
        return Grouping(word, pattern=re.compile(rest if separator and kind == "regex" else word))
    except re.error as error:
        raise click.UsageError(
            f"--by {word}: neither pod, version, header:NAME nor a regular expression ({error})"
        ) from None
