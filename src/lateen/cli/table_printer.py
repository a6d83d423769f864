"""The server's Table objects as text."""

from collections.abc import Sequence

from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target
from lateen.cli.table import column_widths, format_table


class TablePrinter:
    """Prints tables of one `get`. It remembers columns and their widths: of a watch, only the first table has headings,
    and later lines stand under the earlier ones."""

    def __init__(
        self, wide: bool, with_namespace: bool, labels: Sequence[str], show_labels: bool, no_headings: bool
    ) -> None:
        self._wide = wide
        self._with_namespace = with_namespace
        self._labels = [label for word in labels for label in word.split(",")]
        self._show_labels = show_labels
        self._no_headings = no_headings
        self._definitions: list[JsonObject] = []
        self._widths: list[int] = []

    def lines(self, table: JsonObject, target: Target, *, prefix: bool = False, again: bool = False) -> str:
        """The lines of one table; `prefix` puts the kind before names, `again` goes on with the table before."""
        self._definitions = table.get("columnDefinitions") or self._definitions
        shown = [i for i, column in enumerate(self._definitions) if self._wide or not column.get("priority")]
        namespaced = self._with_namespace and target.info.namespaced
        headings = self._headings(shown, namespaced)
        rows = [self._row(row, shown, target, prefix, namespaced) for row in table.get("rows") or []]
        at_least = self._widths if again else ()
        self._widths = column_widths([headings, *rows], at_least)
        return format_table(headings, rows, with_headings=not self._no_headings and not again, at_least=at_least)

    def _headings(self, shown: Sequence[int], namespaced: bool) -> list[str]:
        headings = ["NAMESPACE"] if namespaced else []
        headings += [self._definitions[i]["name"].upper() for i in shown]
        headings += [label.rpartition("/")[2].upper() for label in self._labels]
        return [*headings, "LABELS"] if self._show_labels else headings

    def _row(self, row: JsonObject, shown: Sequence[int], target: Target, prefix: bool, namespaced: bool) -> list[str]:
        metadata: JsonObject = (row.get("object") or {}).get("metadata") or {}
        cells = [str(row["cells"][i]) for i in shown]
        if prefix and cells:
            cells[0] = Target(target.info, cells[0]).title
        labels: dict[str, str] = metadata.get("labels") or {}
        cells += [labels.get(label, "") for label in self._labels]
        if self._show_labels:
            cells.append(",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "<none>")
        return [metadata.get("namespace", ""), *cells] if namespaced else cells
