"""The columns that `-o wide` adds to rules: what the mesh makes of them."""

from typing import Final

from lateen.api.column import Column, condition_of
from lateen.api.meta import JsonObject


def _accepted(body: JsonObject) -> str:
    condition = condition_of(body, "Accepted")
    return str(condition.get("reason" if condition.get("status") == "False" else "status", ""))


def _proxies(body: JsonObject) -> str:
    """`5/6` of `5/6 proxies up to date.`"""
    return str(condition_of(body, "Reconciled").get("message", "")).partition(" ")[0]


RULE_COLUMNS: Final = (
    Column("Accepted", "string", 1, lambda body, now: _accepted(body)),
    Column("Proxies", "string", 1, lambda body, now: _proxies(body)),
)
"""Accepted is True, or why not; Proxies how many of those that get the rule have its newest version."""
