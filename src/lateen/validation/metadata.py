"""Rules for `metadata`. Rule source: Kubernetes' ValidateObjectMeta and each kind's name function."""

from typing import Any, Final

from lateen.api.kind import KindInfo
from lateen.validation.field import Field
from lateen.validation.names import (
    LABEL_HINT,
    SUBDOMAIN_HINT,
    check_labels,
    is_dns_1035_label,
    is_dns_label,
    is_dns_subdomain,
    is_qualified_name,
)

ANNOTATIONS_LIMIT: Final = 256 * 1024
"""Bytes of all annotations of one resource."""

_LABEL_NAMES: Final = frozenset(("Namespace", "Gateway"))


def check_metadata(info: KindInfo, metadata: Any, field: Field) -> None:  # metadata: JSON
    """Report names, labels and annotations that no resource may have."""
    if not isinstance(metadata, dict):
        if metadata is None:
            (field / "name").error("is required", 'add "metadata:" with a "name:" below it', "MissingField")
        return
    _check_name(info, metadata, field)
    namespace = metadata.get("namespace")
    if isinstance(namespace, str) and namespace and not is_dns_label(namespace):
        (field / "namespace").error(f'"{namespace}" is no namespace\'s name', LABEL_HINT, "InvalidName")
    check_labels(_texts(metadata.get("labels")), field / "labels")
    _check_annotations(_texts(metadata.get("annotations")), field / "annotations")


def _check_name(info: KindInfo, metadata: dict[str, Any], field: Field) -> None:
    name, prefix = metadata.get("name"), metadata.get("generateName")
    if name is None or name == "":
        if not prefix:
            (field / "name").error("is required", f"give the {info.kind} a name", "MissingField")
        return
    if not isinstance(name, str):
        return
    if info.kind == "Service" and not is_dns_1035_label(name):
        hint = f"{LABEL_HINT}; the first character of a service's name is a letter, and 63 are the most"
        (field / "name").error(f'"{name[:80]}" is no service\'s name', hint, "InvalidName")
    elif info.kind in _LABEL_NAMES and not is_dns_label(name):
        (field / "name").error(f'"{name[:80]}" is no {info.kind}\'s name', f"{LABEL_HINT}; 63 at most", "InvalidName")
    elif not is_dns_subdomain(name):
        (field / "name").error(f'"{name[:80]}" is no valid name', SUBDOMAIN_HINT, "InvalidName")


def _check_annotations(annotations: dict[str, str], field: Field) -> None:
    for key in annotations:
        if not is_qualified_name(key.lower()):
            (field / key).error(f'"{key}" is no annotation key', "write [domain/]name", "InvalidLabel")
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    if size > ANNOTATIONS_LIMIT:
        field.error(f"annotations have {size} bytes", f"{ANNOTATIONS_LIMIT} is the most: use a ConfigMap", "TooLarge")


def _texts(value: Any) -> dict[str, str]:  # JSON
    """The entries that are texts; the schema reports the others."""
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}
