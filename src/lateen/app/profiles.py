"""Installation profiles: what a mesh starts with. The names are those of `istioctl profile list`."""

from dataclasses import dataclass
from importlib.resources import files

from lateen.api.codec import parse_documents, to_yaml
from lateen.api.meta import JsonObject

NAMESPACES = ("default", "kube-system", "istio-system")


@dataclass(frozen=True, slots=True)
class Profile:
    """`parts` name files in the folder `parts`; `mesh` is the MeshConfig that the mesh starts with."""

    name: str
    description: str
    parts: tuple[str, ...] = ()
    mesh: tuple[tuple[str, str], ...] = ()


PROFILES = (
    Profile("default", "control plane and ingress gateway", ("ingress-gateway",)),
    Profile(
        "demo",
        "control plane, ingress gateway, access logs everywhere",
        ("ingress-gateway",),
        (("accessLogFile", "/dev/stdout"),),
    ),
    Profile("minimal", "control plane alone"),
)


def profile_named(name: str) -> Profile | None:
    """The profile called `name`."""
    return next((profile for profile in PROFILES if profile.name == name), None)


def profile_documents(profile: Profile) -> list[JsonObject]:
    """What a mesh of this profile holds from the start."""
    documents = [namespace_document(name) for name in NAMESPACES]
    documents.append(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "istio", "namespace": "istio-system"},
            "data": {"mesh": to_yaml(dict(profile.mesh))},
        }
    )
    for part in profile.parts:
        documents.extend(part_documents(part))
    return documents


def namespace_document(name: str) -> JsonObject:
    """A namespace, with the label by which Kubernetes lets selectors find it."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "status": {"phase": "Active"},
    }


def dns_documents(address: str) -> list[JsonObject]:
    """The service under which pods find the mesh's DNS server."""
    ports = [
        {"name": "dns", "port": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
    ]
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "kube-dns", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
            "spec": {"type": "ClusterIP", "clusterIP": address, "clusterIPs": [address], "ports": ports},
        }
    ]


def part_documents(part: str) -> list[JsonObject]:
    """The documents of one part, as shipped."""
    text = (files("lateen.app") / "parts" / f"{part}.yaml").read_text()
    documents, problems = parse_documents(text, f"{part}.yaml")
    if problems:
        raise AssertionError(f"a shipped file is wrong: {problems}")
    return [document.body for document in documents]
