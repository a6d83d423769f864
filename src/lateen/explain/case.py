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
from lateen.api.problem import Origin, Problem, Severity
from lateen.api.yaml_tree import Tree
from lateen.explain.question import Client, Question, WrongQuestionError, parse_question
from lateen.explain.result import Explanation

DEFAULT_TOLERANCE = 0.0001
"""Shares are exact but for rounding, unless a case allows more."""

EXPECTABLE = frozenset(Explanation.__struct_fields__)

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
            yield wrong(file, tree.line, "this is no file of cases: it has neither `cases` nor `testCases`")
            return
        entries = tree.items["cases"]
        defaults = {key: value for key, value in tree.value.items() if key != "cases"}
        unknown = sorted(defaults.keys() - _DEFAULTABLE)
        if unknown:
            yield wrong(
                file, tree.line, f"{', '.join(unknown)}: beside `cases` stand {', '.join(sorted(_DEFAULTABLE))}"
            )
            return
    if not isinstance(entries.items, list):
        yield wrong(file, entries.line, "`cases` must be a list")
        return
    for entry in entries.items:
        yield _case(entry, defaults, file)


def _case(entry: Tree, defaults: JsonObject, file: str) -> Case | Problem:
    try:
        merged = {**defaults, **entry.value} if isinstance(entry.value, dict) else entry.value
        written = msgspec.convert(merged, _Written)
        question = _question(written)
    except (msgspec.ValidationError, WrongQuestionError) as error:
        return wrong(file, entry.line, str(error))
    unknown = sorted(written.expect.keys() - EXPECTABLE)
    if unknown:
        return wrong(file, entry.line, f"expect: {', '.join(unknown)}: an explanation has no such key")
    return Case(
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


def _question(written: _Written) -> Question:
    method, _, url = written.call.strip().rpartition(" ")
    client = Client(tls=written.tls, sni=written.sni, alpn=written.alpn, h2=written.h2, certificate=written.mtls)
    headers = {name: _text(value) for name, value in written.headers.items()}
    return parse_question(url, method=method.strip() or "GET", headers=headers, client=client, inbound=written.inbound)


def _text(value: Any) -> str:  # Any: a YAML scalar
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(value: str | list[str]) -> Words:
    return (value,) if isinstance(value, str) else tuple(value)


def wrong(file: str, line: int, message: str) -> Problem:
    """A mistake in a file of cases."""
    return Problem(None, "", "WrongCase", Severity.ERROR, message, "", Origin(file, line))
