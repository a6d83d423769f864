"""Resources from YAML, as a store would hold them."""

from collections.abc import Iterator

from lateen.api.codec import parse_documents
from lateen.api.meta import Resource
from lateen.api.schema import decode
from lateen.model.build import build_snapshot
from lateen.model.snapshot import MeshSnapshot


def resources(text: str) -> list[Resource]:
    """Every document of `text`; namespace `default` where none is given, created in the order of the text."""
    return list(_resources(text))


def _resources(text: str) -> Iterator[Resource]:
    documents, problems = parse_documents(text, "test.yaml")
    assert not problems, problems
    for position, document in enumerate(documents):
        metadata = document.body.setdefault("metadata", {})
        if document.body["kind"] not in {"Namespace", "Node"}:
            metadata.setdefault("namespace", "default")
        metadata.setdefault("creationTimestamp", f"2026-01-01T00:{position // 60:02}:{position % 60:02}Z")
        resource, found = decode(document.body)
        assert resource is not None, found
        yield resource


def snapshot(text: str) -> MeshSnapshot:
    """The mesh that the documents describe."""
    return build_snapshot(resources(text), 1)


def service(
    name: str, namespace: str = "default", *, port: int = 9080, port_name: str = "http", extra: str = ""
) -> str:
    """A Kubernetes service that selects `app: <name>`."""
    return f"""
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  clusterIP: 10.96.0.{sum(name.encode()) % 250 + 1}
  selector: {{app: {name}}}
  ports: [{{port: {port}, name: {port_name}}}]
"""


def pod(name: str, app: str, version: str, ip: str, *, namespace: str = "default") -> str:
    """A ready pod of a Deployment, with a sidecar."""
    return f"""
---
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: {namespace}
  labels: {{app: {app}, version: {version}, pod-template-hash: abc}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: {app}-{version}-abc, uid: u, controller: true}}]
spec:
  serviceAccountName: {app}
  nodeName: node-a
  containers:
  - {{name: app, ports: [{{containerPort: 9080, name: web}}]}}
  - {{name: istio-proxy, ports: [{{containerPort: 15090}}]}}
status:
  podIP: {ip}
  conditions: [{{type: Ready, status: "True"}}]
"""


def endpoint_slice(service_name: str, *endpoints: tuple[str, str], port_name: str = "http", port: int = 9080) -> str:
    """A slice of ready endpoints, each (address, pod)."""
    listed = ", ".join(
        f"{{addresses: [{address}], conditions: {{ready: true}}, targetRef: {{kind: Pod, name: {name}}}}}"
        for address, name in endpoints
    )
    return f"""
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {service_name}-x, labels: {{kubernetes.io/service-name: {service_name}}}}}
addressType: IPv4
ports: [{{name: {port_name}, port: {port}}}]
endpoints: [{listed}]
"""


REVIEWS = (
    service("reviews")
    + pod("reviews-v1-abc-1", "reviews", "v1", "10.244.0.1")
    + pod("reviews-v2-abc-1", "reviews", "v2", "10.244.0.2")
    + endpoint_slice("reviews", ("10.244.0.1", "reviews-v1-abc-1"), ("10.244.0.2", "reviews-v2-abc-1"))
)
"""Service reviews with a pod of v1 and one of v2."""
