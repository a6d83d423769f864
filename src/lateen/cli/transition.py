"""What stands in between when files change rules that need each other, so that no request meets half of the change."""

from lateen.api.meta import JsonObject


def keeping_subsets(wanted: JsonObject, current: JsonObject) -> JsonObject | None:
    """`wanted`, a destination rule, with the subsets of `current` that it drops: routes that are yet to change still
    name them. None when it drops none."""
    subsets = _subsets(wanted)
    names = {subset.get("name") for subset in subsets}
    dropped = [subset for subset in _subsets(current) if subset.get("name") not in names]
    return {**wanted, "spec": {**wanted["spec"], "subsets": [*subsets, *dropped]}} if dropped else None


def _subsets(rule: JsonObject) -> list[JsonObject]:
    subsets: list[JsonObject] = (rule.get("spec") or {}).get("subsets") or []
    return subsets
