"""`-o`: how `get` prints resources."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from lateen.api.meta import JsonObject
from lateen.api.schema import info_of
from lateen.cli.json_path import PathError, parse_path, parse_template, render, text_of
from lateen.cli.kinds import Target
from lateen.cli.table import format_table

PLAIN = ("wide", "yaml", "json", "name")
WITH_ARGUMENT = ("jsonpath", "custom-columns")


@dataclass(frozen=True, slots=True)
class Output:
    """A format, and the expression that some have."""

    format: str = ""
    expression: str = ""

    @property
    def is_table(self) -> bool:
        """Whether the server's own table is printed."""
        return self.format in {"", "wide"}

    def text(self, documents: Sequence[JsonObject], *, single: bool) -> str:
        """What is printed of the documents, to its last newline; `single` when one resource was asked for by name.

        Raises click.UsageError for an expression that makes no sense."""
        if self.format == "name":
            return "".join(f"{title_of(each)}\n" for each in documents)
        if self.format == "custom-columns":
            return _columns(self.expression, documents)
        body = (
            documents[0]
            if single and documents
            else {"apiVersion": "v1", "items": list(documents), "kind": "List", "metadata": {}}
        )
        if self.format == "jsonpath":
            return _rendered(self.expression, body)
        return formatted(sorted_keys(body), self.format)


def parse_output(word: str) -> Output:
    """What follows `-o`. Raises click.UsageError."""
    name, separator, expression = word.partition("=")
    if (not separator and name in ("", *PLAIN)) or (name in WITH_ARGUMENT and expression):
        return Output(name, expression)
    formats = ", ".join([*PLAIN, *(f"{name}=…" for name in WITH_ARGUMENT)])
    raise click.UsageError(f"-o {word}: the formats are {formats}")


def formatted(body: JsonObject | Sequence[JsonObject], name: str) -> str:
    """A document, or several, as `json` or `yaml`."""
    if name == "json":
        return json.dumps(body, indent=4, ensure_ascii=False) + "\n"
    from lateen.api.codec import to_yaml  # noqa: PLC0415 - tables need no YAML

    if isinstance(body, dict):
        return to_yaml(body)
    return to_yaml({"items": list(body)}).partition("\n")[2] if body else "[]\n"


def sorted_keys(value: Any) -> Any:  # Any: JSON
    """The same document with its keys in alphabetical order, as kubectl prints it."""
    if isinstance(value, dict):
        return {key: sorted_keys(inner) for key, inner in sorted(value.items())}
    return [sorted_keys(inner) for inner in value] if isinstance(value, list) else value


def title_of(document: JsonObject) -> str:
    """`pod/reviews-v1`."""
    info = info_of(document)
    name: str = document["metadata"]["name"]
    return Target(info, name).title if info else name


def _rendered(expression: str, body: JsonObject) -> str:
    try:
        return render(parse_template(expression), body)
    except PathError as error:
        raise click.UsageError(f"-o jsonpath: {error}") from None


def _columns(expression: str, documents: Sequence[JsonObject]) -> str:
    pairs = [column.partition(":") for column in expression.split(",")]
    if not all(path for _, _, path in pairs):
        raise click.UsageError(f"-o custom-columns={expression}: write HEADING:.path,…")
    try:
        paths = [parse_path(path.strip("{}")) for _, _, path in pairs]
    except PathError as error:
        raise click.UsageError(f"-o custom-columns: {error}") from None
    rows = [[",".join(map(text_of, path.find(each))) or "<none>" for path in paths] for each in documents]
    return format_table([heading for heading, _, _ in pairs], rows) + "\n"
