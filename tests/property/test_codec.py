"""Whatever a user sends, it is answered with problems, never with an exception."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lateen.api.codec import from_yaml, parse_documents, to_yaml
from lateen.api.meta import JsonObject
from lateen.api.schema import KINDS, decode, encode
from lateen.validation.json_schema import schema_of
from lateen.validation.validate import validate

TEXT = st.text(max_size=40)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=20
)
TOKENS = ("a", "kind", "metadata", "spec", ": ", "- ", "\n", "  ", "\t", "{", "}", "[", "]", ",", "'", '"', "&x ", "*x")
MORE_TOKENS = (
    "<<: ",
    "!!",
    "|",
    ">",
    "#",
    "---\n",
    "...\n",
    "? ",
    "%",
    "\x00",
    "\ud800",
    "items",
    "List",
    "1",
    "yes",
    "@",
)
YAMLISH = st.lists(st.sampled_from((*TOKENS, *MORE_TOKENS)), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(YAMLISH | st.text())
def test_no_text_is_an_exception(text: str) -> None:
    documents, problems = parse_documents(text, "f.yaml")
    for document in documents:
        assert validate(document.body, document) or document.body
        assert 1 <= document.line_of("spec.a[0]") <= text.count("\n") + 1
    assert all(problem.origin.line >= 1 and problem.message for problem in problems)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXT, JSON, max_size=5))
def test_printed_documents_are_read_back_as_they_were(body: JsonObject) -> None:
    assert from_yaml(to_yaml(body)) == body


WORDS = st.sampled_from(["a", "a", "a", "*", "", "10s", "/", "a.b", "10.0.0.1", "unix:///a", "(", "80"])
NUMBERS = st.sampled_from([1, 1, 80, 443, 0, -1, 99999, 2**40])


def seldom(wrong: st.SearchStrategy[Any], good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:  # JSON
    return st.integers(0, 30).flatmap(lambda number: wrong if number == 30 else good)


def mistaken(schema: JsonObject) -> st.SearchStrategy[Any]:  # JSON
    """Documents that are near to what the schema asks for."""
    if "properties" in schema:
        fields = {
            key: mistaken(each) for key, each in schema["properties"].items() if key not in ("apiVersion", "kind")
        }
        required = {key: fields[key] for key in schema.get("required", ()) if key in fields}
        optional = {key: each for key, each in fields.items() if key not in required}
        some = st.lists(st.sampled_from(sorted(optional) or ["x"]), max_size=4, unique=True)
        good = some.flatmap(lambda keys: st.fixed_dictionaries(required | {key: fields.get(key, JSON) for key in keys}))
        return seldom(SCALAR, good)
    if schema.get("type") == "array":
        return seldom(SCALAR, st.lists(mistaken(schema["items"]), min_size=1, max_size=2))
    if isinstance(schema.get("additionalProperties"), dict):
        return seldom(SCALAR, st.dictionaries(WORDS, mistaken(schema["additionalProperties"]), max_size=2))
    if "enum" in schema:
        return seldom(SCALAR, st.sampled_from(schema["enum"]))
    if "duration" in schema.get("format", ""):
        return seldom(SCALAR, st.sampled_from(["10s", "1.5s", "0s", "1ms", "-1s", "soon"]))
    scalars = {"string": WORDS, "integer": NUMBERS, "boolean": st.booleans(), "number": NUMBERS}
    return seldom(SCALAR, scalars.get(str(schema.get("type")), JSON))


@pytest.mark.parametrize("kind", [info.id for info in KINDS])
def test_no_document_of_a_kind_is_an_exception(kind: str) -> None:
    info = next(info for info in KINDS if info.id == kind)

    @settings(max_examples=60, deadline=None)
    @given(mistaken(schema_of(kind)))
    def check(value: Any) -> None:  # JSON
        document = value if isinstance(value, dict) else {}
        metadata = (
            {"name": "a", **(document.get("metadata") or {})} if isinstance(document.get("metadata"), dict) else {}
        )
        body = {"metadata": metadata or {"name": "a"}, **document, "apiVersion": info.api_version, "kind": info.kind}
        problems = validate(body)
        resource, mistakes = decode(body)
        assert resource is not None or any(problem.severity == "Error" for problem in problems), mistakes
        if resource is not None:
            assert decode(encode(resource)) == (resource, [])

    check()
