"""A field that nothing reads is in the table, and a field in the table is read by nothing that gives it a meaning."""

import ast
import functools
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tools.field_status import gather, rewritten, unshown

import lateen
from lateen.api.field_path import Step, parse_path
from lateen.api.kind import KindInfo
from lateen.api.schema import KINDS
from lateen.validation.no_effects import NO_EFFECTS

PASSIVE = {"api", "validation", "apiserver", "cli", "analysis"}
"""Packages that show, check and store fields without acting on them."""

WRITTEN_BY_THE_MESH = {"Event", "Node", "Endpoints", "EndpointSlice"}
ENVELOPE = {"apiVersion", "kind", "metadata", "status"}

NOBODY_MISSES = {
    "finalizers": "of namespaces: what is below them is deleted all the same",
    "immutable": "the API itself refuses changes",
    "imagePullPolicy": "no image is pulled",
    "emptyDir": "volumes are empty folders unless they say otherwise",
    "enableServiceLinks": "programs of this mesh find services by DNS",
    "exponentialDelay": "refused by validation, as by Istio",
    "http2Error": "refused by validation, as by Istio",
    "consecutiveErrors": "validation names its successor",
    "l4Fault": "refused by validation, as by Istio",
    "udp": "refused by validation, as by Istio",
    "useEgressProxy": "refused by validation, as by Istio",
    "use_egress_proxy": "refused by validation, as by Istio",
    "parameters": "of an IngressClass: Istio has none",
    "servicePort": "read by IngressBackend.target",
}


@functools.cache
def words_that_are_read() -> frozenset[str]:
    """Names of attributes and keys in the packages that act."""
    source = Path(lateen.__file__).parent
    found = set()
    for path in source.rglob("*.py"):
        if path.relative_to(source).parts[0] not in PASSIVE:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute):
                    found.add(node.attr)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return frozenset(found)


def structs_in(annotation: Any) -> Iterator[type[msgspec.Struct]]:
    """The structs in an annotation such as `tuple[Container, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
    elif not isinstance(annotation, types.GenericAlias | types.UnionType) and not typing.get_args(annotation):
        return
    for argument in typing.get_args(annotation):
        yield from structs_in(argument)


def unread(info: KindInfo, struct: type[msgspec.Struct], path: tuple[Step, ...]) -> Iterator[str]:
    """The fields below `path` that nothing reads and no entry speaks of."""
    for field in msgspec.structs.fields(struct):
        here = (*path, field.encode_name)
        if field.encode_name in ENVELOPE | NOBODY_MISSES.keys() or is_covered(info, here):
            continue
        if not {field.name, field.encode_name} & words_that_are_read():
            yield ".".join(map(str, here))
            continue
        limited = typing.get_origin(field.type) is typing.Annotated
        repeated = typing.get_origin(typing.get_args(field.type)[0] if limited else field.type) in (tuple, dict)
        for inner in structs_in(field.type):
            if inner is not struct:
                yield from unread(info, inner, (*here, "*") if repeated else here)


def is_covered(info: KindInfo, path: tuple[Step, ...]) -> bool:
    covered = {parse_path(entry.path) for entry in NO_EFFECTS if entry.kind == info.id}
    return path in covered


@pytest.mark.parametrize("info", [info for info in KINDS if info.id not in WRITTEN_BY_THE_MESH], ids=lambda i: i.id)
def test_a_field_that_nothing_reads_is_in_the_table(info: KindInfo) -> None:
    assert not list(unread(info, info.struct, ()))


def test_the_search_for_readers_finds_both_kinds() -> None:
    assert "per_try_timeout" in words_that_are_read()
    assert "budgetInterval" not in words_that_are_read()


def test_the_page_says_what_the_code_does() -> None:
    page = Path(__file__).parents[3] / "docs" / "status.md"
    assert rewritten(page.read_text()) == page.read_text(), "run: python tools/field_status.py"


def test_every_field_is_shown_by_a_golden_case_or_warned_of() -> None:
    assert unshown(gather()) == []
