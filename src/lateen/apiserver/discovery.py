"""Which groups, versions and kinds there are, in the two forms kubectl asks for."""

from collections.abc import Iterable, Mapping, Sequence

from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.api.schema import KINDS

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
STATUS_VERBS = ("get", "patch", "update")

SUBRESOURCES: Mapping[str, Mapping[str, tuple[str, str, str, Sequence[str]]]] = {
    "Pod": {
        "exec": ("", "v1", "PodExecOptions", ("create", "get")),
        "log": ("", "v1", "Pod", ("get",)),
        "proxy": ("", "v1", "PodProxyOptions", ("create", "delete", "get", "patch", "update")),
    },
    "Deployment": {"scale": ("autoscaling", "v1", "Scale", STATUS_VERBS)},
}
"""For each kind: subresource to (group, version, kind, verbs) of what it takes."""

AGGREGATED = "APIGroupDiscoveryList"
AGGREGATED_GROUP = "apidiscovery.k8s.io"

GROUP_ORDER = ("", "apps", "discovery.k8s.io", "networking.istio.io")
"""What an ambiguous word means is decided by the order of groups; those that only have old versions come last."""


def group_versions() -> dict[str, list[str]]:
    """Every group and its versions, the preferred one first."""
    groups: dict[str, list[str]] = {}
    for info in KINDS:
        for group, version in info.group_versions:
            versions = groups.setdefault(group, [])
            if version not in versions:
                versions.append(version)
    stored = {info.group for info in KINDS}
    return dict(sorted(groups.items(), key=lambda entry: (entry[0] not in stored, _place(entry[0]), entry[0])))


def core_versions() -> JsonObject:
    """The answer at `/api`."""
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def group_list() -> JsonObject:
    """The answer at `/apis`."""
    groups = [_group(name, versions) for name, versions in group_versions().items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group_document(name: str) -> JsonObject | None:
    """The answer at `/apis/<group>`."""
    versions = group_versions().get(name)
    if not name or versions is None:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)}


def resource_list(group: str, version: str) -> JsonObject | None:
    """The answer at `/api/v1` and `/apis/<group>/<version>`."""
    resources = [entry for info in _kinds_in(group, version) for entry in _resources(info, group, version)]
    if not resources:
        return None
    group_version = f"{group}/{version}" if group else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}


def aggregated_version(accept: str) -> str:
    """The version of aggregated discovery that an `Accept` header asks for; "" for none."""
    for media_range in accept.split(","):
        parameters = dict(part.strip().split("=", 1) for part in media_range.split(";") if "=" in part)
        if parameters.get("as") == AGGREGATED and parameters.get("v") in ("v2", "v2beta1"):
            return parameters["v"]
    return ""


def aggregated(version: str, *, core: bool) -> tuple[JsonObject, str]:
    """Discovery in one document, of the core group or of all others, and its content type."""
    items = [_aggregated_group(name, found) for name, found in group_versions().items() if (name == "") == core]
    content_type = f"application/json;g={AGGREGATED_GROUP};v={version};as={AGGREGATED}"
    body = {"kind": AGGREGATED, "apiVersion": f"{AGGREGATED_GROUP}/{version}", "metadata": {}, "items": items}
    return body, content_type


def _place(group: str) -> int:
    return GROUP_ORDER.index(group) if group in GROUP_ORDER else len(GROUP_ORDER)


def _kinds_in(group: str, version: str) -> Iterable[KindInfo]:
    return (info for info in KINDS if (group, version) in info.group_versions)


def _group(name: str, versions: Sequence[str]) -> JsonObject:
    entries = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": entries, "preferredVersion": entries[0]}


def _words(info: KindInfo, group: str) -> JsonObject:
    """Short names and categories, in the kind's own group only: else kubectl would warn of an ambiguous word, and
    `kubectl get all` would show a resource once for each of its groups."""
    if group != info.group:
        return {}
    words = {"shortNames": list(info.short_names), "categories": list(info.categories)}
    return {key: value for key, value in words.items() if value}


def _resources(info: KindInfo, group: str, version: str) -> Iterable[JsonObject]:
    yield {
        "name": info.plural,
        "singularName": info.singular,
        "namespaced": info.namespaced,
        "kind": info.kind,
        "verbs": list(VERBS),
        **_words(info, group),
    }
    for name, of_group, of_version, kind, verbs in _subresources(info, group, version):
        names = {"group": of_group, "version": of_version} if of_group != group else {}
        yield {
            "name": f"{info.plural}/{name}",
            "singularName": "",
            "namespaced": info.namespaced,
            "kind": kind,
            "verbs": list(verbs),
            **names,
        }


def _subresources(info: KindInfo, group: str, version: str) -> Iterable[tuple[str, str, str, str, Sequence[str]]]:
    if info.status_subresource:
        yield "status", group, version, info.kind, STATUS_VERBS
    for name, what in SUBRESOURCES.get(info.id, {}).items():
        yield (name, *what)


def _aggregated_group(name: str, versions: Sequence[str]) -> JsonObject:
    entries = [
        {
            "version": version,
            "resources": [_aggregated_resource(info, name, version) for info in _kinds_in(name, version)],
            "freshness": "Current",
        }
        for version in versions
    ]
    return {"metadata": {"name": name} if name else {}, "versions": entries}


def _aggregated_resource(info: KindInfo, group: str, version: str) -> JsonObject:
    resource: JsonObject = {
        "resource": info.plural,
        "responseKind": {"group": group, "version": version, "kind": info.kind},
        "scope": "Namespaced" if info.namespaced else "Cluster",
        "singularResource": info.singular,
        "verbs": list(VERBS),
        **_words(info, group),
        "subresources": [
            {
                "subresource": name,
                "responseKind": {"group": of_group, "version": of_version, "kind": kind},
                "verbs": list(verbs),
            }
            for name, of_group, of_version, kind, verbs in _subresources(info, group, version)
        ],
    }
    return {key: value for key, value in resource.items() if value != []}
