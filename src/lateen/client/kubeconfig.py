"""kubeconfig files: reading one way to reach an API, and adding one."""

import base64
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from lateen.client.access import Access, AccessError

KubeConfig = dict[str, Any]
"""A kubeconfig document; most of it belongs to other programs and is passed on as it is."""


def read_access(path: Path, context: str = "") -> Access:
    """How to reach the API of `context` (default: the file's current one). Raises AccessError."""
    document = read_kubeconfig(path)
    name = context or document.get("current-context") or ""
    if not name:
        raise AccessError(f"{path} has no current context: choose one with --context ({_names(document, 'contexts')})")
    chosen = _entry(path, document, "contexts", "context", name)
    cluster = _entry(path, document, "clusters", "cluster", chosen.get("cluster", ""))
    user = _entry(path, document, "users", "user", chosen["user"]) if chosen.get("user") else {}
    return Access(
        server=cluster.get("server", ""),
        ca=_text(path, cluster, "certificate-authority"),
        token=_token(path, user),
        namespace=chosen.get("namespace") or "default",
        context=name,
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
    )


def read_kubeconfig(path: Path) -> KubeConfig:
    """The document in `path`. Raises AccessError."""
    try:
        document = _parse(path.read_text())
    except OSError as failure:
        raise AccessError(f"{path} can't be read: {failure.strerror}") from None
    except ValueError as failure:
        raise AccessError(f"{path} is not a kubeconfig: {failure}") from None
    if not isinstance(document, dict):
        raise AccessError(f"{path} is not a kubeconfig")
    return document


def own_kubeconfig(access: Access) -> str:
    """A kubeconfig with that one context, as JSON: every YAML reader reads it, and the command line faster."""
    document = _with_context({}, access)
    return json.dumps(document | {"current-context": access.context}, indent=2) + "\n"


def merge_context(path: Path, access: Access, *, make_current: bool = False) -> None:
    """Add or exchange the context `access.context` with its cluster and user of the same name, and leave all else.

    `current-context` changes only when asked for. A file that is missing is created, readable by its owner only.
    Raises AccessError."""
    document = _with_context(read_kubeconfig(path) if path.exists() and path.stat().st_size else {}, access)
    if make_current:
        document["current-context"] = access.context
    _replace(path, _to_yaml(document))


def write_private(path: Path, text: str) -> None:
    """Write a file at once, readable by its owner only."""
    _replace(path, text)


def _with_context(document: KubeConfig, access: Access) -> KubeConfig:
    name = access.context
    cluster = {"server": access.server}
    if access.ca:
        cluster["certificate-authority-data"] = base64.b64encode(access.ca.encode()).decode()
    context = {"cluster": name, "user": name, "namespace": access.namespace}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "preferences": {},
        **document,
        "clusters": _put(document.get("clusters"), name, "cluster", cluster),
        "users": _put(document.get("users"), name, "user", {"token": access.token}),
        "contexts": _put(document.get("contexts"), name, "context", context),
    }


def _put(entries: list[KubeConfig] | None, name: str, key: str, value: KubeConfig) -> list[KubeConfig]:
    entries = list(entries or [])
    entry = {"name": name, key: value}
    for index, known in enumerate(entries):
        if known.get("name") == name:
            entries[index] = entry
            return entries
    return [*entries, entry]


def _entry(path: Path, document: KubeConfig, section: str, key: str, name: str) -> KubeConfig:
    for entry in document.get(section) or []:
        if entry.get("name") == name:
            found: KubeConfig = entry.get(key) or {}
            return found
    raise AccessError(f"{path} has no {key} {name!r}: it has {_names(document, section)}")


def _names(document: KubeConfig, section: str) -> str:
    return ", ".join(entry.get("name", "") for entry in document.get(section) or []) or "none"


def _text(path: Path, entry: KubeConfig, key: str) -> str:
    if encoded := entry.get(f"{key}-data"):
        return base64.b64decode(encoded).decode()
    return _file(path, entry[key]) if entry.get(key) else ""


def _token(path: Path, user: KubeConfig) -> str:
    token: str = user.get("token") or ""
    return token or (_file(path, user["tokenFile"]).strip() if user.get("tokenFile") else "")


def _file(path: Path, name: str) -> str:
    try:
        return (path.parent / name).read_text()
    except OSError as failure:
        raise AccessError(f"{path} names {name}, which can't be read: {failure.strerror}") from None


def _parse(text: str) -> object:
    if text.lstrip().startswith("{"):
        return json.loads(text)
    from lateen.api.codec import from_yaml  # noqa: PLC0415 - only files of other programs need YAML

    return from_yaml(text)


def _to_yaml(document: KubeConfig) -> str:
    from lateen.api.codec import to_yaml  # noqa: PLC0415 - as above

    return to_yaml(document)


def _replace(path: Path, text: str) -> None:
    # A link stays a link; a reader sees the old file or the new one, never a part, even after a power failure.
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
