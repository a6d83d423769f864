"""RE2 expressions, evaluated with Python's `re`."""

import re
from functools import lru_cache


class UnsupportedRegexError(ValueError):
    """An expression that Python can't read though RE2 can (or neither)."""


@lru_cache(maxsize=1024)
def _compiled(regex: str) -> re.Pattern[str]:
    """The two agree on what Istio users write. RE2's `\\z` is Python's `\\Z`; RE2's classes know ASCII only."""
    try:
        return re.compile(regex.replace(r"\z", r"\Z"), re.ASCII)
    except re.error as error:
        raise UnsupportedRegexError(f"{regex}: {error}") from error


def full_match(regex: str, text: str) -> bool:
    """Whether the whole text matches, as Envoy's `safe_regex` asks."""
    return _compiled(regex).fullmatch(text) is not None


def substitute(regex: str, replacement: str, text: str) -> str:
    r"""Every match replaced, as Envoy's `regex_rewrite` does; `\1` is a group, `\0` all of the match, `\\` itself."""
    template = re.sub(r"\\(\\|\d)", lambda found: r"\\" if found[1] == "\\" else rf"\g<{found[1]}>", replacement)
    return _compiled(regex).sub(template, text)
