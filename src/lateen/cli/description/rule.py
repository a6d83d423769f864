"""A resource of Istio's kinds in a description: what the mesh makes of it, in words."""

from collections.abc import Sequence

from lateen.api.codec import to_yaml
from lateen.api.column import condition_of
from lateen.api.meta import JsonObject
from lateen.cli.description.lines import Entry, Lines, Text
from lateen.cli.description.metadata import created, labels, names


def describe_rule(rule: JsonObject) -> list[Entry]:
    """Whether the mesh does what the rule asks, what is wrong with it, and the rule itself."""
    return [
        *names(rule),
        *labels(rule),
        ("API Version", rule["apiVersion"]),
        ("Kind", rule["kind"]),
        created(rule),
        ("Status", verdict(rule)),
        ("Proxies", _reconciled(rule)),
        ("Problems", Lines(_problems(rule.get("status") or {}))),
        ("Spec", Text(to_yaml(rule.get("spec") or {}))),
    ]


def verdict(rule: JsonObject) -> str:
    """Accepted or not, in a sentence."""
    status: JsonObject = rule.get("status") or {}
    accepted = condition_of(rule, "Accepted")
    if not accepted:
        return "the control plane has not looked at it yet"
    if status.get("observedGeneration", 0) < rule["metadata"].get("generation", 0):
        return "changed; the control plane has not looked at the change yet"
    if accepted.get("status") == "True":
        return "accepted: it is in effect"
    return f"not in effect as written ({accepted.get('reason', '')})"


def _reconciled(rule: JsonObject) -> str:
    """How many proxies have it, if that is known of this version."""
    condition = condition_of(rule, "Reconciled")
    if not condition or condition.get("observedGeneration", 0) < rule["metadata"].get("generation", 0):
        return "unknown yet"
    return str(condition.get("message", "")).removesuffix(" proxies up to date.") + " up to date"


def _problems(status: JsonObject) -> Sequence[str]:
    messages: list[JsonObject] = status.get("validationMessages") or []
    return [
        f"{each.get('level', '').lower()} [{(each.get('type') or {}).get('code', '')}] {each.get('message', '')}"
        for each in messages
    ]
