"""What a request is about, read from its path."""

from dataclasses import dataclass
from urllib.parse import unquote

from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.schema import by_path

NAMESPACE_SUBRESOURCES = ("status", "finalize")


@dataclass(frozen=True, slots=True)
class Target:
    """A kind in one of its versions, and perhaps a namespace, a name, and what is asked for below that.

    `rest` is the path after the subresource (`pods/p/proxy/<rest>`)."""

    info: KindInfo
    group: str
    version: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""

    @property
    def api_version(self) -> str:
        """The `apiVersion` of documents in this request and its answer."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def ref(self) -> ResourceRef:
        """The resource."""
        return ResourceRef(self.info.id, self.namespace, self.name)

    def present(self, body: JsonObject) -> JsonObject:
        """A stored document in the version of this request. All versions of a kind have the same fields."""
        return body if body.get("apiVersion") == self.api_version else {**body, "apiVersion": self.api_version}


def parse_target(path: str) -> Target | None:
    """The target at `/api/v1/…` or `/apis/<group>/<version>/…`; None when there is nothing.

    `path` is as it was sent, still quoted; so is `rest` in the answer."""
    parts = path.removeprefix("/").split("/")
    if parts[:2] == ["api", "v1"]:
        return _parse("", "v1", parts[2:])
    if parts[0] == "apis" and len(parts) > 3:
        return _parse(parts[1], parts[2], parts[3:])
    return None


def _parse(group: str, version: str, parts: list[str]) -> Target | None:
    namespace = ""
    if len(parts) > 2 and parts[0] == "namespaces" and parts[2] not in NAMESPACE_SUBRESOURCES:
        namespace, parts = unquote(parts[1]), parts[2:]
    plural, name, subresource = [unquote(part) for part in (*parts, "", "", "")[:3]]
    info = by_path(group, version, plural)
    if info is None or bool(namespace) > info.namespaced or (name and info.namespaced > bool(namespace)):
        return None
    return Target(info, group, version, namespace, name, subresource, "/".join(parts[3:]))
