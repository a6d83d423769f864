"""What an analyzer finds in documents, in short."""

from lateen.analysis.catalog import ANALYZERS
from lateen.analysis.config import Configuration, configuration
from lateen.analysis.reading import read_resource
from lateen.analysis.run import analyze
from lateen.api.codec import parse_documents
from lateen.api.problem import Problem

_BY_NAME = {each.name: each for each in ANALYZERS}
GROUPS = {
    "AuthorizationPolicy": "security.istio.io",
    "RequestAuthentication": "security.istio.io",
    "Telemetry": "telemetry.istio.io",
    "WasmPlugin": "extensions.istio.io",
    "HTTPRoute": "gateway.networking.k8s.io",
}
HEAD = "apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\n"


def rule(kind: str, name: str, spec: str, group: str = "") -> str:
    """A resource of Istio's; `name` is `namespace/name`, or a name in `default`."""
    namespace, _, own = name.rpartition("/")
    group = group or GROUPS.get(kind, "networking.istio.io")
    head = HEAD.format(group=group, kind=kind, name=own, namespace=namespace or "default")
    return f"{head}spec: {spec}\n"


def core(kind: str, name: str, rest: str = "", meta: str = "") -> str:
    """A resource of Kubernetes'; `meta` are more fields of its metadata, `rest` its other fields."""
    namespace, _, own = name.rpartition("/")
    version = "apps/v1" if kind == "Deployment" else "v1"
    place = "" if kind in ("Namespace", "Node") else f", namespace: {namespace or 'default'}"
    more = f", {meta}" if meta else ""
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {own}{place}{more}}}\n{rest}\n"


def service(name: str, *ports: str, selector: str = "{app: any}", meta: str = "") -> str:
    """A Service with ports `80:http`."""
    listed = ", ".join(f"{{port: {port.partition(':')[0]}, name: {port.partition(':')[2]}}}" for port in ports)
    return core("Service", name, f"spec: {{selector: {selector}, ports: [{listed}]}}", meta)


def pod(name: str, labels: str, spec: str = "containers: [{name: app}]") -> str:
    """A Pod with labels."""
    return core("Pod", name, f"spec: {{{spec}}}", f"labels: {labels}")


def given(*documents: str, now: float = 0.0) -> Configuration:
    """The configuration that documents are."""
    parsed, problems = parse_documents("---\n".join(documents), "f.yaml")
    assert not problems
    resources = [read_resource(document.body) for document in parsed]
    return configuration([each for each in resources if each is not None], parsed, now=now)


def problems_by(analyzer: str, *documents: str, now: float = 0.0) -> tuple[Problem, ...]:
    """Everything an analyzer finds."""
    return analyze(given(*documents, now=now), [_BY_NAME[analyzer]])


def found(analyzer: str, *documents: str, now: float = 0.0) -> list[tuple[str, str, str]]:
    """Code, resource and path of each finding."""
    problems = problems_by(analyzer, *documents, now=now)
    return [(problem.code, str(problem.resource), problem.path) for problem in problems]
