"""Fields of which only one may be set: protobuf's oneof and Kubernetes' unions."""

from collections.abc import Sequence
from typing import Any

from lateen.validation.field import Field


def check_one_of(message: Any, names: Sequence[str], field: Field, *, required: bool = False) -> None:
    """Report two fields of `names` (struct names) that are both set, and none being set where one is `required`."""
    printed = {name: _json_name(message, name) for name in names}
    present = [printed[name] for name in names if getattr(message, name) is not None]
    if len(present) > 1:
        field.error(f"{' and '.join(present)} are both set", f"keep one of {', '.join(printed.values())}", "Conflict")
    elif required and not present:
        field.error(f"none of {', '.join(printed.values())} is set", "set one of them", "MissingField")


def _json_name(message: Any, name: str) -> str:  # message: any struct
    return str(message.__struct_encode_fields__[message.__struct_fields__.index(name)])
