"""Pods for the tests of the node."""

from typing import Any

from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.api.schema import decode


def make_pod(*containers: JsonObject, metadata: JsonObject | None = None, **spec: Any) -> Pod:
    """A pod `web` in `default` on node `one`."""
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "default", "uid": "u-1", "labels": {"app": "web"}, **(metadata or {})},
        "spec": {"nodeName": "one", "containers": list(containers) or [{"name": "app", "image": "busybox"}], **spec},
    }
    pod, problems = decode(body)
    assert isinstance(pod, Pod), problems
    return pod
