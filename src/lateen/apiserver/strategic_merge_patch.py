"""Strategic merge patches: merge patches in which some lists are merged by a key instead of being replaced.

The keys are those of the `patchMergeKey` tags of Kubernetes' Go types. Directives: `$patch: delete|replace` in an
object, `$deleteFromPrimitiveList/<list>`, `$setElementOrder/<list>`, `$retainKeys`.
See Kubernetes' documentation, "Update API Objects in Place Using kubectl patch".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lateen.apiserver.json_patch import PatchError

Json = Any
"""Any JSON value."""

JsonObject = dict[str, Json]

MERGE_KEYS: Mapping[str, Sequence[str]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "resourceClaims": ("name",),
    # A pod's ports have containerPort, a service's have port; their elements tell which.
    "ports": ("containerPort", "port"),
    "conditions": ("type",),
    "ownerReferences": ("uid",),
    "secrets": ("name",),
    "addresses": ("type",),
}

MERGED_BY_KEY = frozenset({"", "apps", "extensions", "discovery.k8s.io", "networking.k8s.io"})
"""Groups whose lists have keys; elsewhere a strategic merge patch is not understood, and lists are replaced whole."""

PRIMITIVE_SETS = frozenset({"finalizers"})

_DELETE_PREFIX = "$deleteFromPrimitiveList/"
_ORDER_PREFIX = "$setElementOrder/"


def strategic_merge_patch(target: Json, patch: Json) -> Json:
    """`target` with `patch` merged into it, itself unchanged. Raises PatchError."""
    if not isinstance(patch, dict):
        raise PatchError("a strategic merge patch is an object")
    return _merge_object(target if isinstance(target, dict) else {}, patch)


def _merge_object(target: JsonObject, patch: JsonObject) -> JsonObject:
    directive = patch.get("$patch")
    fields = {key: value for key, value in patch.items() if not key.startswith("$")}
    if directive == "replace":
        return {key: _clean(value) for key, value in fields.items() if value is not None}
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise PatchError(f"unknown $patch directive {directive!r}")
    merged = dict(target)
    if "$retainKeys" in patch:
        merged = {key: value for key, value in merged.items() if key in patch["$retainKeys"]}
    for key, value in fields.items():
        _merge_field(merged, key, value)
    for key, value in patch.items():
        _apply_list_directive(merged, key, value)
    return merged


def _merge_field(merged: JsonObject, key: str, value: Json) -> None:
    if value is None:
        merged.pop(key, None)
    elif isinstance(value, dict):
        known = merged.get(key)
        merged[key] = _merge_object(known if isinstance(known, dict) else {}, value)
    elif isinstance(value, list):
        merged[key] = _merge_list(key, merged.get(key), value)
    else:
        merged[key] = value


def _merge_list(field: str, target: Json, patch: list[Json]) -> list[Json]:
    known = target if isinstance(target, list) else []
    if field in PRIMITIVE_SETS:
        return known + [value for value in patch if value not in known]
    elements = [element for element in patch if not (isinstance(element, dict) and element.get("$patch") == "replace")]
    if len(elements) < len(patch):
        return [_clean(element) for element in elements]
    key = _merge_key(field, [*patch, *known])
    if key is None:
        return [_clean(element) for element in patch]
    merged = {element.get(key): element for element in known}
    for element in patch:
        if element.get(key) is None:
            raise PatchError(f"an element of {field} has no {key}, which tells elements apart")
        if element.get("$patch") == "delete":
            merged.pop(element[key], None)
        else:
            merged[element[key]] = _merge_object(merged.get(element[key], {}), element)
    return list(merged.values())


def _apply_list_directive(merged: JsonObject, directive: str, value: Json) -> None:
    if directive.startswith(_DELETE_PREFIX):
        field = directive.removeprefix(_DELETE_PREFIX)
        merged[field] = [element for element in merged.get(field) or [] if element not in value]
    elif directive.startswith(_ORDER_PREFIX):
        field = directive.removeprefix(_ORDER_PREFIX)
        if isinstance(merged.get(field), list):
            merged[field] = _ordered(field, merged[field], value)


def _ordered(field: str, elements: list[Json], order: list[Json]) -> list[Json]:
    """The elements that `order` names in that order, each other one after its old predecessor."""
    key = _merge_key(field, [*order, *elements])
    places = {_identity(element, key): place for place, element in enumerate(order)}
    ranked, last = [], -1
    for position, element in enumerate(elements):
        identity = _identity(element, key)
        last = places.get(identity, last)
        ranked.append((last, identity not in places, position, element))
    return [element for *_, element in sorted(ranked, key=lambda entry: entry[:3])]


def _identity(element: Json, key: str | None) -> str:
    return str(element.get(key) if key else element)


def _merge_key(field: str, elements: Sequence[Json]) -> str | None:
    if not all(isinstance(element, dict) for element in elements):
        return None
    for key in MERGE_KEYS.get(field, ()):
        if any(key in element for element in elements):
            return key
    return None


def _clean(value: Json) -> Json:
    """`value` without directives and nulls, which a new object has no use for."""
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items() if not key.startswith("$") and each is not None}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return value
