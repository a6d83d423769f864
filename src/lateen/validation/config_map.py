"""Rules for ConfigMap and Secret. Source: Kubernetes' `ValidateConfigMap` and `ValidateSecret`.

A value of a Secret never appears in a message.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Final

from lateen.api.config_map import ConfigMap
from lateen.api.secret import Secret
from lateen.validation.field import Field
from lateen.validation.names import is_config_key

SIZE_LIMIT: Final = 1024 * 1024
_REQUIRED: Final = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def check_config_map(resource: ConfigMap, root: Field) -> None:
    """Report keys that cannot be files, values that are not base64, and too much of both."""
    _check_keys(resource.data, root / "data")
    _check_keys(resource.binary_data, root / "binaryData")
    for key in sorted(resource.data.keys() & resource.binary_data.keys()):
        root.at("binaryData", key).error(f'"{key}" is in data too', "keep one of them", "Duplicate")
    sizes = _decoded_sizes(resource.binary_data, root / "binaryData")
    _check_size([*sizes, *(len(text.encode()) for text in resource.data.values())], root / "data")


def check_secret(resource: Secret, root: Field) -> None:
    """Report keys that cannot be files, values that are not base64, and keys that the type demands."""
    _check_keys(resource.data, root / "data")
    _check_keys(resource.string_data, root / "stringData")
    sizes = _decoded_sizes(resource.data, root / "data")
    _check_size([*sizes, *(len(text.encode()) for text in resource.string_data.values())], root / "data")
    for key in _REQUIRED.get(resource.type, ()):
        if key not in resource.data and key not in resource.string_data:
            root.at("data", key).error(f"is required for type {resource.type}", f'add "{key}"', "MissingField")


def _check_keys(keys: Iterable[str], field: Field) -> None:
    for key in keys:
        if not is_config_key(key):
            (field / key).error(
                f'"{key[:80]}" cannot be a file\'s name', "use letters, digits, -, _ and .", "InvalidName"
            )


def _decoded_sizes(values: Mapping[str, str], field: Field) -> list[int]:
    sizes = []
    for key, text in values.items():
        try:
            sizes.append(len(base64.b64decode("".join(text.split()), validate=True)))
        except (binascii.Error, ValueError):
            (field / key).error("the value is not base64", "encode it, or write it into the other, plain field")
    return sizes


def _check_size(sizes: Iterable[int], field: Field) -> None:
    if (size := sum(sizes)) > SIZE_LIMIT:
        field.error(f"the values have {size} bytes", f"{SIZE_LIMIT} are the most: split it", "TooLarge")
