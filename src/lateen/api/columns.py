"""The columns of each kind, by id."""

from lateen.api.column import Column

COLUMNS: dict[str, tuple[Column, ...]] = {}
