"""A backend in memory, and requests to it without HTTP."""

import itertools
import json
from collections.abc import Sequence
from typing import Any

from lateen.apiserver.app import validate_document
from lateen.apiserver.call import Admit, Backend, Call
from lateen.apiserver.target import parse_target
from lateen.apiserver.user import User
from lateen.client.media_type import JSON
from lateen.lib.clock import FakeClock
from lateen.store.memory import MemoryStore

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
VIRTUAL_SERVICES = "/apis/networking.istio.io/v1/namespaces/default/virtualservices"


async def backend_with(*bodies: dict[str, Any], admit: Sequence[Admit] = ()) -> Backend:
    clock, counter = FakeClock(), itertools.count(1)
    store = MemoryStore(clock, uids=lambda: f"uid-{next(counter)}")
    await store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    for body in bodies:
        await store.create(body)
    return Backend(store, clock, validate_document, admit, lambda: "dry-uid")


def call(method: str, path: str, body: Any = None, content_type: str = JSON, **query: str) -> Call:
    target = parse_target(path)
    assert target is not None, path
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Call(method, target, User("tester"), query, content_type, content)


def config_map(name: str = "one", **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default"},
        "data": data,
    }


def pod(name: str = "p", node: str = "n1", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"nodeName": node, "containers": [{"name": "app", "image": "app:1"}], **spec},
    }
