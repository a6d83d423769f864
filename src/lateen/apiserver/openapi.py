"""OpenAPI documents: what kubectl reads before it applies, and for `kubectl explain`."""

import functools
import hashlib
from typing import Any

import msgspec

from lateen.api.duration import Duration
from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.api.schema import KINDS
from lateen.apiserver.discovery import group_versions
from lateen.client.media_type import APPLY_PATCH, JSON, JSON_PATCH, MERGE_PATCH

PATCHES = [APPLY_PATCH, JSON_PATCH, MERGE_PATCH]
"""Without strategic merge patches, which are understood too: told of them, kubectl would look for the keys of lists in
these documents instead of in Kubernetes' own types, which it knows."""

PARAMETERS = ("dryRun", "fieldManager", "fieldValidation")


def openapi_index() -> JsonObject:
    """The answer at `/openapi/v3`: where the document of each group and version is."""
    paths = {}
    for group, versions in group_versions().items():
        for version in versions:
            path = f"apis/{group}/{version}" if group else f"api/{version}"
            digest = hashlib.sha256(msgspec.json.encode(openapi_document(group, version))).hexdigest()[:32]
            paths[path] = {"serverRelativeURL": f"/openapi/v3/{path}?hash={digest}"}
    return {"paths": paths}


@functools.cache
def openapi_document(group: str, version: str) -> JsonObject | None:
    """The document of one group and version."""
    kinds = [info for info in KINDS if (group, version) in info.group_versions]
    if not kinds:
        return None
    schemas: JsonObject = {}
    paths: JsonObject = {}
    for info in kinds:
        schemas |= _schemas(info, group, version)
        paths |= _paths(info, group, version)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Lateen", "version": "v1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _paths(info: KindInfo, group: str, version: str) -> JsonObject:
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    scope = "/namespaces/{namespace}" if info.namespaced else ""
    collection = f"{root}{scope}/{info.plural}"
    return {
        collection: {
            "get": _operation(info, group, version, "list"),
            "post": _operation(info, group, version, "post", [JSON]),
        },
        collection + "/{name}": {
            "get": _operation(info, group, version, "get"),
            "put": _operation(info, group, version, "put", [JSON]),
            "patch": _operation(info, group, version, "patch", PATCHES),
            "delete": _operation(info, group, version, "delete"),
        },
    }


def _operation(info: KindInfo, group: str, version: str, action: str, content: list[str] | None = None) -> JsonObject:
    operation: JsonObject = {
        "operationId": f"{action}{group.title().replace('.', '')}{version.title()}{info.kind}",
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": _names(info, group, version),
        "responses": {"200": {"description": "OK"}},
    }
    if content:
        parameter = {"in": "query", "schema": {"type": "string", "uniqueItems": True}}
        operation["parameters"] = [{"name": name, **parameter} for name in PARAMETERS]
        operation["requestBody"] = {"content": {media: {"schema": {"type": "object"}} for media in content}}
    return operation


def _names(info: KindInfo, group: str, version: str) -> JsonObject:
    return {"group": group, "version": version, "kind": info.kind}


def _schemas(info: KindInfo, group: str, version: str) -> JsonObject:
    """The schemas of a kind and of all it is made of, named by kind: `VirtualService.HTTPRoute`."""
    template = f"#/components/schemas/{info.kind}.{{name}}"
    _, components = msgspec.json.schema_components([info.struct], schema_hook=_duration, ref_template=template)
    schemas = {f"{info.kind}.{name}": _plain(schema) for name, schema in components.items()}
    own = schemas[f"{info.kind}.{info.struct.__name__}"]
    own["x-kubernetes-group-version-kind"] = [_names(info, group, version)]
    return schemas


def _duration(type_: type) -> JsonObject:
    if type_ is Duration:
        return {"type": "string", "format": "duration"}
    raise NotImplementedError(type_)


def _plain(schema: Any) -> Any:  # any part of a schema
    """In OpenAPI's words: nothing is null, and a choice between scalars is an IntOrString."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if not schema:
        return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    if "anyOf" in schema:
        options = [each for each in schema["anyOf"] if each.get("type") != "null"]
        if len(options) == 1:
            return _plain({**options[0], **{key: value for key, value in schema.items() if key != "anyOf"}})
        return {"x-kubernetes-int-or-string": True}
    if "enum" in schema:
        return {"type": "string", "enum": [word for word in schema["enum"] if word]}
    if "$ref" in schema:
        return {"allOf": [{"$ref": schema["$ref"]}]}
    return {key: _plain(value) for key, value in schema.items() if key not in ("title", "default")}
