"""Printer columns: lists and single resources as the Tables that `kubectl get` prints."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lateen.api.column import Column
from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject

GROUP = "meta.k8s.io"


def table_version(accept: str) -> str:
    """The version of Table that an `Accept` header prefers to the plain document; "" for none."""
    for media_range in accept.split(","):
        media, *parameters = [part.strip() for part in media_range.split(";")]
        wanted = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        if wanted.get("as") == "Table" and wanted.get("g") == GROUP and wanted.get("v") in ("v1", "v1beta1"):
            return wanted["v"]
        if media in ("application/json", "*/*") and "as" not in wanted:
            return ""
    return ""


def to_table(
    info: KindInfo,
    document: JsonObject,
    version: str,
    now: datetime,
    *,
    include: str = "Metadata",
    headers: bool = True,
) -> JsonObject:
    """`document`, a resource or a list of them, as a Table. `include` says what each row carries along: Metadata,
    Object or None."""
    items = document.get("items", [document])
    return {
        "kind": "Table",
        "apiVersion": f"{GROUP}/{version}",
        "metadata": document["metadata"] if "items" in document else _position(document),
        "columnDefinitions": [_definition(column) for column in info.columns] if headers else None,
        "rows": [_row(item, info.columns, version, now, include) for item in items],
    }


def now_of(seconds: float) -> datetime:
    """The clock's time as cells take it."""
    return datetime.fromtimestamp(seconds, UTC)


def _position(document: JsonObject) -> JsonObject:
    return {"resourceVersion": document["metadata"].get("resourceVersion", "")}


def _definition(column: Column) -> JsonObject:
    return {
        "name": column.name,
        "type": "string" if column.type == "date" else column.type,
        "format": "name" if column.name.upper() == "NAME" else "",
        "description": "",
        "priority": column.priority,
    }


def _row(item: JsonObject, columns: Sequence[Column], version: str, now: datetime, include: str) -> JsonObject:
    row: JsonObject = {"cells": [column.cell(item, now) for column in columns]}
    if include == "Object":
        row["object"] = item
    elif include != "None":
        row["object"] = {
            "kind": "PartialObjectMetadata",
            "apiVersion": f"{GROUP}/{version}",
            "metadata": item["metadata"],
        }
    return row
