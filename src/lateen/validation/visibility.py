"""`exportTo`: the namespaces that see a resource. Rule: `validateExportTo` in Istio."""

from collections.abc import Sequence

from lateen.validation.field import Field
from lateen.validation.names import is_label


def check_export_to(export_to: Sequence[str], namespace: str, field: Field, *, nobody: bool = False) -> None:
    """Report values that are no namespaces, repeat or contradict each other; `nobody` allows `~`."""
    seen: set[str] = set()
    words = ("*", ".", "~") if nobody else ("*", ".")
    for place, value in enumerate(export_to):
        name = namespace if value == "." and namespace else value
        if value not in words and not is_label(value):
            hint = 'write a namespace, "." for this one or "*" for all'
            (field / place).error(f'"{value[:80]}" is no namespace', hint)
        elif name in seen:
            (field / place).error(f'"{value}" is there twice', "keep one of them", "Duplicate")
        seen.add(name)
    for word, meaning in (("*", "everybody"), ("~", "nobody")):
        if word in seen and len(export_to) > 1:
            field.error(
                f'"{word}" ({meaning}) stands beside other values', f'keep "{word}" alone, or remove it', "Conflict"
            )
