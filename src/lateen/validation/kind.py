"""Which kind a document means, and what to say when there is none."""

from typing import Final

from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.api.schema import KINDS, info_of
from lateen.api.unserved import UNSERVED, unserved_kind
from lateen.validation.field import Field
from lateen.validation.schema import closest, shown

_NAMES: Final = {info.kind: info for info in KINDS}
_SERVED: Final = {
    group: {info.kind for info in KINDS if group in dict(info.group_versions)}
    for group in {group for info in KINDS for group, _ in info.group_versions}
}


def check_kind(body: JsonObject, root: Field) -> KindInfo | None:
    """The kind a document names, or None with the reason reported: a warning for kinds of Istio's that are not served,
    so that the rest of a folder can be used.
    """
    kind, version = body.get("kind"), body.get("apiVersion")
    for key, value in (("apiVersion", version), ("kind", kind)):
        if value is None or value == "":
            (root / key).error("is required", _missing_hint(key, kind), "MissingField")
        elif not isinstance(value, str):
            (root / key).error(f"must be a text, not {shown(value)}", code="WrongType")
    if not isinstance(kind, str) or not isinstance(version, str) or not kind or not version:
        return None
    info = info_of(body)
    if info is None and (unserved := unserved_kind(body)) is not None:
        why = "Istio has given up the kind" if unserved.is_retired else "this version of Lateen does not have the kind"
        (root / "kind").warn(f"{why} {kind} ({version}): the document has no effect", code="NoEffect")
    elif info is None:
        _report_unknown(kind, version, root)
    return info


def _missing_hint(key: str, kind: object) -> str:
    if key == "apiVersion" and isinstance(kind, str) and kind in _NAMES:
        return f'add "apiVersion: {_NAMES[kind].api_version}"'
    return f'add "{key}: ..."; is this a resource at all?'


def _report_unknown(kind: str, version: str, root: Field) -> None:
    group = version.rpartition("/")[0]
    if kind in _NAMES and group not in {known for known, _ in _NAMES[kind].group_versions}:
        message = f"the kind {kind} of {shown(version)} is not known here"
        (root / "apiVersion").error(message, f"known is the {kind} of {_NAMES[kind].api_version}", "UnknownKind")
        return
    if kind in _NAMES:
        served = " or ".join(_NAMES[kind].api_versions)
        message = f"there is no {kind} in {shown(version)}"
        (root / "apiVersion").error(message, f"write {served}", "UnknownKind")
        return
    (root / "kind").error(
        f"the kind {shown(kind)} of {shown(version)} is not known here", _hint(kind, group), "UnknownKind"
    )


def _hint(kind: str, group: str) -> str:
    """What may be meant, of the kinds of the group; a group that nobody knows may itself be a slip."""
    groups = {*_SERVED, *(each.group for each in UNSERVED)}
    near = group if group in groups else closest(group, groups - {""})
    if near or near == group:
        served = _SERVED.get(near, set())
        if meant := closest(kind, served | {each.kind for each in UNSERVED if each.group == near}):
            return f"did you mean {meant}{'' if near == group else f' of {near}'}?"
        if served:
            return f"known of {near or 'Kubernetes itself'}: {', '.join(sorted(served))}"
    return "leave it out: the mesh runs pods and Deployments, and has Services and Istio's kinds"
