"""The rules of each kind, by id."""

from collections.abc import Callable
from typing import Any, Final

from lateen.validation.field import Field

Rules = Callable[[Any, Field], None]
"""Reports what is wrong with a resource; `Any`, because each takes the struct of its own kind."""

RULES: Final[dict[str, Rules]] = {}
