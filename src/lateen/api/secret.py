"""Kubernetes `v1` Secret."""

from typing import Any

from lateen.api.meta import Resource


class Secret(Resource):
    """Named bytes; `data` values are base64, `string_data` is plain text and wins over `data`."""

    type: str = "Opaque"
    data: dict[str, str] = {}
    string_data: dict[str, str] = {}
    immutable: bool = False

    def __repr__(self) -> str:
        """Names only: a secret's values must not reach a log."""
        return f"Secret({self.metadata.namespace}/{self.metadata.name}, keys={sorted({*self.data, *self.string_data})})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The same for prettier printers; `Any` is msgspec's."""
        return [("namespace", self.metadata.namespace), ("name", self.metadata.name)]
