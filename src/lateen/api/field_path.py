"""Field paths as kubectl prints them: `spec.http[0].route[0].weight`, `metadata.labels[app.kubernetes.io/name]`."""

import re
from collections.abc import Sequence
from typing import Final

Step = str | int
"""A field's name, a map's key, or a place in a list counted from 0."""

_PLAIN: Final = re.compile(r"[A-Za-z_$][\w$-]*")
_STEP: Final = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")


def format_path(steps: Sequence[Step]) -> str:
    """The path as one text; keys that are no plain words stand in brackets."""
    text = ""
    for step in steps:
        if isinstance(step, str) and _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{step}]"
    return text


def parse_path(text: str) -> tuple[Step, ...]:
    """The steps of a printed path. A number in brackets is a place in a list."""
    return tuple(
        word if word else (int(inner) if inner.isascii() and inner.isdigit() else inner)
        for inner, word in _STEP.findall(text)
    )
