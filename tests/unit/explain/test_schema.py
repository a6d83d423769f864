"""The documented JSON schema is the one in force, and answers keep to it."""

import json
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from tests.support.explaining import MESH, SUBSETS, ask, scenario
from tests.unit.explain.test_explain import GATEWAY, SPLIT

from lateen.explain.result import Explanation
from lateen.explain.schema import explanation_schema

DOCUMENT = Path(__file__).parents[3] / "docs" / "explain.schema.json"


def test_the_document_is_what_the_program_prints() -> None:
    """After a change: python tools/explain_schema.py docs/explain.schema.json"""
    assert json.loads(DOCUMENT.read_text()) == explanation_schema()


@pytest.mark.parametrize(
    ("url", "caller", "headers"),
    [
        ("http://reviews:9080/reviews/1", "sleep", {"end-user": "jason"}),
        ("http://reviews:9080/reviews/1", "sleep", {}),
        ("http://reviews:9080/old", "sleep", {}),
        ("http://reviews:9080/typo", "sleep", {}),
        ("http://reviews:9080/none", "sleep", {}),
        ("tcp://mysql:3306", "sleep", {}),
        ("tls://example.com", "sleep", {}),
        ("http://shop.example.com/", "gateway/shop", {}),
    ],
)
@pytest.mark.parametrize("everything", [False, True])
def test_answers_keep_to_it(url: str, caller: str, headers: dict[str, str], everything: bool) -> None:
    found = ask(scenario(MESH + SUBSETS + SPLIT + GATEWAY), url, caller, headers=headers, everything=everything)
    assert problems(found) == []


def problems(explanation: Explanation) -> list[str]:
    validator = jsonschema_rs.validator_for(explanation_schema())
    return [str(each) for each in validator.iter_errors(json.loads(msgspec.json.encode(explanation)))]
