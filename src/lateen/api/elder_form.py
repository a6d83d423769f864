"""Documents in elder versions of a kind that mean more there than the same words mean today."""

from lateen.api.meta import JsonObject


def with_elder_defaults(body: JsonObject) -> JsonObject:
    """A Deployment of `extensions/v1beta1` or `apps/v1beta1`, where an absent selector means the template's labels.

    Other documents come back as they are, malformed ones too.
    """
    if body.get("kind") != "Deployment" or not str(body.get("apiVersion")).endswith("/v1beta1"):
        return body
    spec = body.get("spec")
    labels = _labels(spec)
    if not isinstance(spec, dict) or spec.get("selector") or not isinstance(labels, dict):
        return body
    return {**body, "spec": {**spec, "selector": {"matchLabels": labels}}}


def _labels(spec: object) -> object:
    found = spec
    for key in ("template", "metadata", "labels"):
        found = found.get(key) if isinstance(found, dict) else None
    return found
