"""Secrets with certificates."""

import base64
import functools

from tests.support.certificates import certificate as made
from tests.unit.analysis.found import core


@functools.cache
def certificate() -> str:
    return made("a.com").pem


def secret(name: str, **data: str) -> str:
    pairs = ", ".join(
        f"{key.replace('_', '.')}: {base64.b64encode(text.encode()).decode()}" for key, text in data.items()
    )
    return core("Secret", name, f"data: {{{pairs}}}")
