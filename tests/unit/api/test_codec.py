import json

import pytest

from lateen.api.codec import QUOTES_LIMIT, SIZE_LIMIT, Document, from_yaml, parse_documents, to_yaml

VIRTUAL_SERVICE = """\
# a comment
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  labels: {app.kubernetes.io/name: x}
spec:
  http:
  - route:
    - destination:
        host: reviews
      weight: 50
    - {weight: 50}
"""


def one(text: str) -> Document:
    documents, problems = parse_documents(text, "f.yaml")
    assert not problems
    assert len(documents) == 1
    return documents[0]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("spec.http[0].route[0].weight", 12),
        ("spec.http[0].route[0].destination.host", 11),
        ("spec.http[0].route[1].weight", 13),
        ("metadata.labels[app.kubernetes.io/name]", 6),
        ("spec.http[0].route[7].weight", 9),
        ("spec.tcp", 7),
        ("", 2),
    ],
)
def test_every_field_has_its_line_absent_ones_that_of_the_field_around(path: str, line: int) -> None:
    document = one(VIRTUAL_SERVICE)
    assert document.line_of(path) == line
    assert str(document.origin) == "f.yaml:2"


def test_documents_are_told_apart_and_empty_ones_skipped() -> None:
    text = f"---\n# nothing\n---\n{VIRTUAL_SERVICE}--- # and\nkind: A\n...\n---\nnull\n--- {{kind: B}}\n"
    documents, problems = parse_documents(text, "f")
    assert [(document.body["kind"], document.origin.line) for document in documents] == [
        ("VirtualService", 5),
        ("A", 18),
        ("B", 22),
    ]
    assert problems == []


def test_a_broken_document_does_not_hide_the_others() -> None:
    documents, problems = parse_documents("kind: A\n---\na: b: c\n---\nkind: B\n---\n- 1\n", "f")
    assert [document.body["kind"] for document in documents] == ["A", "B"]
    assert [(problem.code, problem.origin.line) for problem in problems] == [("NotYaml", 3), ("NotAResource", 7)]


def test_lists_are_taken_apart_with_lines() -> None:
    documents, problems = parse_documents(
        "kind: List\nitems:\n- kind: A\n  x: 1\n- kind: PodList\n  items:\n  - kind: B\n- 5\n", "f"
    )
    assert [(document.body["kind"], document.origin.line) for document in documents] == [("A", 3), ("B", 7)]
    assert documents[0].line_of("x") == 4
    assert [problem.origin.line for problem in problems] == [8]


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        ("a: 1\n\tb: 2\n", "NotYaml", 2, "tab"),
        ("a: 1\nb: 'x\n", "NotYaml", 2, "not closed"),
        ("a:\n  b: 1\n c: 2\n", "NotYaml", 3, "indentation"),
        ("a: 1\nb: 2\na: 3\n", "DuplicateKey", 3, "line 1"),
        ("a: *x\n", "NotYaml", 1, "&x"),
        ("a: &x [*x]\n", "NotYaml", 1, "&x"),
        ("a: .inf\n", "NotJson", 1, "finite"),
        ("? [a]\n: b\n", "NotJson", 1, "key"),
        ("a: !vault x\n", "UnsupportedTag", 1, "!vault"),
        ("a\x00: 1\n", "NotYaml", 1, "not text"),
        ("a: \ud800\n", "NotYaml", 1, "UTF-8"),
        ("[" * 5000, "TooDeep", 1, "100"),
        ("hello\n", "NotAResource", 1, "map"),
        (f"a: {'x' * SIZE_LIMIT}\n", "TooLarge", 1, "3 MiB"),
        ("a: {<<: 5}\n", "NotYaml", 1, "<<"),
    ],
)
def test_mistakes_are_problems_with_a_line_and_advice(text: str, code: str, line: int, words: str) -> None:
    _, problems = parse_documents(text, "f.yaml")
    assert [(problem.code, problem.origin.line) for problem in problems] == [(code, line)]
    assert words in str(problems[0])
    assert str(problems[0]).startswith(f"f.yaml:{line}: ")


def test_a_document_with_mistakes_is_marked() -> None:
    documents, problems = parse_documents("kind: A\nmetadata: {name: x, name: y}\n", "f")
    assert documents[0].problems == tuple(problems)
    assert str(problems[0].resource) == "A x"


def test_aliases_and_merge_keys_are_copies() -> None:
    body = one("a: &a {x: 1, z: 0}\nb: *a\nc:\n  <<: [*a, {y: 2, x: 5}]\n  z: 3\n").body
    assert body == {"a": {"x": 1, "z": 0}, "b": {"x": 1, "z": 0}, "c": {"z": 3, "x": 1, "true": 2}}
    assert body["a"] is not body["b"]


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    documents, problems = parse_documents("\n".join(lines), "f")
    assert documents == []
    assert [problem.code for problem in problems] == ["TooLarge"]


def test_keys_are_texts_as_in_json() -> None:
    assert one("{1: a, yes: b, null: c, 1.5: d}").body == {"1": "a", "true": "b", "null": "c", "1.5": "d"}


def test_json_is_read_even_where_it_is_no_yaml() -> None:
    body = {"kind": "A", "text": "\U0001f600\t/", "n": [1, 2.5, None, True]}
    assert one(json.dumps(body, indent="\t")).body == body


def test_windows_line_ends_and_a_byte_order_mark_are_accepted() -> None:
    assert one("\ufeff---\r\nkind: A\r\nb:\r\n- 1\r\n").body == {"kind": "A", "b": [1]}


def test_printed_with_kubectls_key_order() -> None:
    body = {"status": {}, "data": {"a": "yes"}, "kind": "K", "metadata": {"name": "m"}, "apiVersion": "v1"}
    assert to_yaml(body) == 'apiVersion: v1\nkind: K\nmetadata:\n  name: m\ndata:\n  a: "yes"\nstatus: {}\n'


def test_texts_of_several_lines_are_blocks() -> None:
    body = {"kind": "K", "data": {"f": "a: 1\nb: |\n  x\n"}}
    assert "f: |\n    a: 1\n" in to_yaml(body)
    assert from_yaml(to_yaml(body)) == body


def test_from_yaml_wants_one_good_document() -> None:
    for text in ("", "a: 1\n---\nb: 1\n", "a: b: c"):
        with pytest.raises(ValueError, match=r"."):
            from_yaml(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [1.2.3.4, 2001:db8::]", ["1.2.3.4", "2001:db8::"]),
        ("a: [http://b:, 'x:, y', \u00e9:]", ["http://b:", "x:, y", "\u00e9:"]),
        ("a: {b:, c: d}", {"b:": None, "c": "d"}),
    ],
)
def test_texts_may_end_in_a_colon_between_brackets_as_for_kubectl(text: str, value: object) -> None:
    assert from_yaml(text) == {"a": value}


def test_not_without_limit() -> None:
    many = ", ".join(f"{number}:" for number in range(QUOTES_LIMIT + 1))
    _, (problem,) = parse_documents(f"a: [{many}]", "f")
    assert problem.message == "this is not YAML: found unexpected ':'"
