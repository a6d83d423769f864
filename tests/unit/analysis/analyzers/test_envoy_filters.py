import pytest
from tests.unit.analysis.found import found, rule

NAME = "envoyfilter.EnvoyPatchAnalyzer"


def patch(operation: str, target: str = "HTTP_FILTER", match: str = "{}", value: str = "{name: lua}") -> str:
    return f"{{applyTo: {target}, match: {match}, patch: {{operation: {operation}, value: {value}}}}}"


def source(*patches: str, priority: int = 0, name: str = "e") -> str:
    return rule("EnvoyFilter", name, f"{{priority: {priority}, configPatches: [{', '.join(patches)}]}}")


VERSIONED = patch("ADD", match="{proxy: {proxyVersion: '1.2'}}")
BESIDE = "{listener: {filterChain: {filter: {name: lua}}}}"


@pytest.mark.parametrize(
    ("documents", "codes"),
    [
        ([source(patch("INSERT_FIRST"), patch("ADD"), patch("MERGE"))], []),
        ([source(patch("INSERT_BEFORE"))], ["IST0151"]),
        ([source(patch("INSERT_BEFORE"), patch("REMOVE"))], ["IST0151"]),
        ([source(patch("INSERT_BEFORE"), priority=1)], []),
        ([source(patch("REPLACE"))], ["IST0151"]),
        ([source(patch("REPLACE", "CLUSTER"))], ["IST0152"]),
        ([source(patch("ADD", "HTTP_ROUTE"))], ["IST0153"]),
        ([source(patch("REMOVE", "ROUTE_CONFIGURATION"))], ["IST0154"]),
        ([source(VERSIONED, patch("INSERT_AFTER"))], ["IST0155"]),
        ([source(VERSIONED), source(patch("INSERT_AFTER"), name="f")], ["IST0155"]),
        ([source(VERSIONED, patch("INSERT_AFTER", match=BESIDE, value="{x: 1}"))], ["IST0155"]),
        ([source(VERSIONED, patch("INSERT_AFTER", value="{name: other}"))], ["IST0151"]),
        ([source("{applyTo: CLUSTER}", patch("REPLACE", "CLUSTER"))], []),
    ],
)
def test_patches_that_may_not_be_applied(documents: list[str], codes: list[str]) -> None:
    assert [code for code, _, _ in found(NAME, *documents)] == codes


def test_the_patch_is_named() -> None:
    [(_, resource, path)] = found(NAME, source(patch("ADD"), patch("REPLACE", "CLUSTER")))
    assert (resource, path) == ("EnvoyFilter default/e", "spec.configPatches[1].patch.operation")
