"""The JSON schema of explanations."""

from typing import Any

import msgspec

from lateen.api.meta import JsonObject
from lateen.explain.result import Explanation

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def explanation_schema() -> JsonObject:
    """What `lateen explain -o json` prints: every key is always there, and no other."""
    schema: JsonObject = _strict(msgspec.json.schema(Explanation))
    return {"$schema": DIALECT, "title": "lateen explain", **schema}


def _strict(value: Any) -> Any:  # Any: JSON
    if isinstance(value, list):
        return [_strict(each) for each in value]
    if not isinstance(value, dict):
        return value
    fields = {key: _strict(each) for key, each in value.items() if key != "default"}
    if "description" in fields:
        fields["description"] = " ".join(str(fields["description"]).split())
    if "properties" in fields:
        fields |= {"required": list(fields["properties"]), "additionalProperties": False}
    return fields
