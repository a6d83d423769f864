"""What the mesh makes of a rule."""

from typing import Any

import pytest

from lateen.cli.description.lines import render
from lateen.cli.description.rule import describe_rule, verdict


def rule(**status: Any) -> dict[str, Any]:
    metadata = {"name": "r", "namespace": "default", "generation": 2, "creationTimestamp": "2026-11-21T03:36:25Z"}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": metadata,
        "spec": {"hosts": ["a"]},
        "status": status,
    }


def accepted(status: str, reason: str = "Accepted") -> list[dict[str, str]]:
    return [{"type": "Accepted", "status": status, "reason": reason}]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({}, "the control plane has not looked at it yet"),
        ({"conditions": accepted("True"), "observedGeneration": 1}, "changed; the control plane has not looked"),
        ({"conditions": accepted("True"), "observedGeneration": 2}, "accepted: it is in effect"),
        ({"conditions": accepted("False", "IST0101"), "observedGeneration": 2}, "not in effect as written (IST0101)"),
    ],
)
def test_the_verdict_in_words(status: dict[str, Any], words: str) -> None:
    assert verdict(rule(**status)).startswith(words)


def test_problems_are_a_line_each_and_the_rule_is_as_it_was_written() -> None:
    messages = [{"level": "WARNING", "type": {"code": "IST0101"}, "message": 'Referenced host not found: "x"'}]
    lines = list(render(describe_rule(rule(validationMessages=messages))))
    assert 'Problems:           warning [IST0101] Referenced host not found: "x"' in lines
    assert lines[-3:] == ["Spec:", "  hosts:", "  - a"]


@pytest.mark.parametrize(("generation", "words"), [(2, "5/6 up to date"), (1, "unknown yet"), (None, "unknown yet")])
def test_how_many_proxies_have_it_if_that_is_known_of_this_version(generation: int | None, words: str) -> None:
    message = "5/6 proxies up to date."
    reconciled = {"type": "Reconciled", "status": "False", "message": message, "observedGeneration": generation}
    lines = list(render(describe_rule(rule(conditions=[reconciled] if generation else []))))
    assert f"Proxies:            {words}" in lines
