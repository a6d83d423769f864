"""What a request in a test gets back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. Header names are in lower case; `body` is text, at most 16 MiB of it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    milliseconds: float = 0.0

    def json(self) -> Any:  # Any: whatever the body holds
        """The body, decoded. Raises ValueError."""
        return json.loads(self.body)
