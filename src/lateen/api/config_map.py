"""Kubernetes `v1` ConfigMap."""

from lateen.api.meta import Resource


class ConfigMap(Resource):
    """Named texts; `binary_data` values are base64."""

    data: dict[str, str] = {}
    binary_data: dict[str, str] = {}
    immutable: bool = False
