"""Expectations about calls, as files hold them.

    from: productpage-v1
    cases:
    - name: jason sees stars
      call: GET http://reviews:9080/reviews/1
      headers: {end-user: jason}
      expect: {clusters: {v2: 1}, route: {name: jason}}
      never_reaches: v1

A file is such a map, whose keys beside `cases` are defaults of all of them, or the list of cases alone.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from lateen.api.codec import parse_values
from lateen.api.meta import JsonObject
from lateen.api.problem import Origin, Problem
from lateen.api.yaml_tree import Tree
from lateen.explain.expected import check_expected
from lateen.explain.question import Client, Question, WrongQuestionError, parse_call
from lateen.explain.written import line_at, read_as, suggestion, wrong
from lateen.validation.schema import closest

DEFAULT_TOLERANCE = 0.0001
"""Shares are exact but for rounding, unless a case allows more."""

Words = tuple[str, ...]


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What must hold. `expect` has keys of the explanation's JSON; the others are names of clusters, subsets, services
    or workloads. `tolerance` is for shares, which are between 0 and 1.
    """

    expect: JsonObject = {}
    reaches: Words = ()
    never_reaches: Words = ()
    tolerance: float = DEFAULT_TOLERANCE


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One call and what must become of it. `caller` and `labels` are as in `lateen explain --from` and `-l`."""

    name: str
    question: Question
    expectation: Expectation
    caller: str = ""
    labels: dict[str, str] = {}
    namespace: str = "default"
    origin: Origin = Origin()


class _Written(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A case as it stands in a file."""

    call: str
    name: str = ""
    from_: str = msgspec.field(default="", name="from")
    labels: dict[str, str] = {}
    namespace: str = "default"
    headers: dict[str, str | int | float | bool] = {}
    inbound: bool = False
    tls: bool = False
    mtls: bool = False
    sni: str = ""
    alpn: str = ""
    h2: bool = False
    expect: JsonObject = {}
    reaches: str | list[str] = []
    never_reaches: str | list[str] = []
    tolerance: float = DEFAULT_TOLERANCE


_DEFAULTABLE = frozenset({"from", "labels", "namespace", "headers", "tolerance", "h2", "tls", "mtls"})


def is_validator_file(tree: Tree) -> bool:
    """Whether a document is of istio-config-validator's form."""
    return isinstance(tree.value, dict) and "testCases" in tree.value


def parse_cases(text: str, file: str) -> tuple[list[Case], list[Tree], list[Problem]]:
    """The cases of a file; documents of istio-config-validator's form apart; and what is wrong with the others."""
    trees, problems = parse_values(text, file)
    cases: list[Case] = []
    for tree in trees:
        if not is_validator_file(tree):
            for each in _cases(tree, file):
                (problems if isinstance(each, Problem) else cases).append(each)  # type: ignore[arg-type]
    return cases, [tree for tree in trees if is_validator_file(tree)], problems


def _cases(tree: Tree, file: str) -> Iterator[Case | Problem]:
    defaults: JsonObject = {}
    entries = tree
    if isinstance(tree.value, dict):
        if not isinstance(tree.items, dict) or "cases" not in tree.items:
            yield _no_cases(tree, file)
            return
        entries = tree.items["cases"]
        defaults = {key: value for key, value in tree.value.items() if key != "cases"}
        unknown = [_wrong_default(tree.items[name], name, file) for name in defaults if name not in _DEFAULTABLE]
        if unknown:
            yield from unknown
            return
    if not isinstance(entries.items, list):
        yield wrong(file, entries.line, "cases must be a list", "begin each case with a dash: `- call: GET http://…`")
        return
    for entry in entries.items:
        yield from _case(entry, defaults, file)


def _no_cases(tree: Tree, file: str) -> Problem:
    if "kind" in tree.value:
        return wrong(file, tree.line, f"a {tree.value['kind']} is no case", f"give configuration by -f {file}")
    slip = closest("cases", map(str, tree.value))
    hint = f"write cases, not {slip}" if slip else "begin it with `cases:`, or with a dash for each case"
    return wrong(file, tree.line, "this is no file of cases: it has neither `cases` nor `testCases`", hint)


def _wrong_default(tree: Tree, name: str, file: str) -> Problem:
    return wrong(file, tree.line, f'there is no key "{name}" beside cases', suggestion(name, _DEFAULTABLE))


def _case(entry: Tree, defaults: JsonObject, file: str) -> Iterator[Case | Problem]:
    written = read_as(_Written, entry, file, defaults)
    if isinstance(written, Problem):
        yield written
        return
    try:
        question = _question(written)
    except WrongQuestionError as error:
        yield wrong(file, line_at(entry, ("call",)), str(error))
        return
    mistakes = list(_mistakes(entry, file))
    yield from mistakes
    if not mistakes:
        yield Case(
            name=written.name or written.call,
            question=question,
            expectation=Expectation(
                expect=written.expect,
                reaches=_words(written.reaches),
                never_reaches=_words(written.never_reaches),
                tolerance=written.tolerance,
            ),
            caller=written.from_,
            labels=written.labels,
            namespace=written.namespace,
            origin=Origin(file, entry.line),
        )


def _mistakes(entry: Tree, file: str) -> Iterator[Problem]:
    """What is wrong with a case's expectations."""
    items = entry.items if isinstance(entry.items, dict) else {}
    if "expect" in items:
        yield from check_expected(items["expect"], file)
    for key in ("reaches", "never_reaches"):
        if key in items and "," in str(items[key].value) and isinstance(items[key].value, str):
            yield wrong(file, items[key].line, f"{key} has one name, or a list", f"write [{items[key].value}]")


def _question(written: _Written) -> Question:
    client = Client(tls=written.tls, sni=written.sni, alpn=written.alpn, h2=written.h2, certificate=written.mtls)
    headers = {name: _text(value) for name, value in written.headers.items()}
    return parse_call(written.call.split(), headers=headers, client=client, inbound=written.inbound)


def _text(value: Any) -> str:  # Any: a YAML scalar
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(value: str | list[str]) -> Words:
    return (value,) if isinstance(value, str) else tuple(value)
