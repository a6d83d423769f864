"""A golden case: a small mesh with rules, one proxy, and what that proxy is told."""

from dataclasses import dataclass
from pathlib import Path

import yaml
from tests.support.golden.small_mesh import CREATED, SmallService, bodies_of, resources_of, small_services

from lateen.api.codec import Document, parse_documents
from lateen.api.meta import JsonObject, Resource
from lateen.api.problem import Problem
from lateen.api.schema import decode
from lateen.explain.scenario import Scenario, build_scenario
from lateen.ir.config import ProxyConfig
from lateen.model.build import build_snapshot
from lateen.model.pods import parse_locality
from lateen.model.workload import Proxy, ProxyType
from lateen.resolve.mesh import MeshResolver
from lateen.validation.validate import validate

GOLDEN = Path(__file__).parents[2] / "golden"
INPUT = "input.yaml"
INPUT_LINES = 60
_SEPARATOR = "\n---\n"


@dataclass(frozen=True, slots=True)
class Case:
    """`show` names what the golden files show (`clusters/outbound|9080|*`, `routes/9080#reviews*`: only those virtual
    hosts); `text` holds the rules.
    """

    folder: Path
    proxy: str
    show: tuple[str, ...]
    services: tuple[SmallService, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What comes out of the pipeline."""

    config: ProxyConfig
    problems: tuple[Problem, ...]


def cases() -> list[Path]:
    """The folders of all cases, `<feature>/<case>`."""
    return sorted(path.parent for path in GOLDEN.glob(f"*/*/{INPUT}"))


def name_of(folder: Path) -> str:
    return str(folder.relative_to(GOLDEN))


def load(folder: Path) -> Case:
    """Reads `input.yaml`: the case first, then the resources. Line numbers of the file are kept."""
    text = (folder / INPUT).read_text()
    assert text.count("\n") <= INPUT_LINES, f"{folder / INPUT}: more than {INPUT_LINES} lines"
    head, _, rest = text.partition(_SEPARATOR)
    words: JsonObject = yaml.safe_load(head)
    return Case(
        folder=folder,
        proxy=words["proxy"],
        show=tuple(words["show"]),
        services=tuple(small_services(words["services"])),
        text="\n" * (head.count("\n") + 2) + rest,
    )


def tell(case: Case) -> Told:
    """Runs the case through validation, the model and the resolver. Invalid resources are left out, as in the store."""
    resources, problems = _rules(case)
    for service in case.services:
        resources += resources_of(service)
    snapshot = build_snapshot(resources, 1, None)
    resolver = MeshResolver()
    resolver.update(snapshot)
    config = resolver.config_for(_proxy(case))
    found = [*problems, *snapshot.problems, *resolver.problems()]
    return Told(config, tuple(dict.fromkeys(found)))


def scenario(case: Case) -> Scenario:
    """The case as a mesh to ask about calls in."""
    running = [body for service in case.services for body in bodies_of(service)]
    return build_scenario(documents(case)[0], running=running)


def documents(case: Case) -> tuple[list[Document], list[Problem]]:
    """The case's rules, with ages, and what cannot be read."""
    found, problems = parse_documents(case.text, INPUT)
    return [_aged(position, document) for position, document in enumerate(found)], problems


def _aged(position: int, document: Document) -> Document:
    metadata = {"namespace": "default", "creationTimestamp": _age(position), **document.body.get("metadata", {})}
    return Document({**document.body, "metadata": metadata}, document.origin, document.tree, document.problems)


def _rules(case: Case) -> tuple[list[Resource], list[Problem]]:
    written, problems = documents(case)
    resources: list[Resource] = []
    for document in written:
        found = [*document.problems, *validate(document.body, document)]
        problems += found
        resource, _ = decode(document.body)
        if resource is not None and not any(problem.severity == "Error" for problem in found):
            resources.append(resource)
    return resources, problems


def _age(position: int) -> str:
    """The rules of a file are as old as their order says."""
    return CREATED.replace("00:00:00", f"00:00:{position:02}")


def _proxy(case: Case) -> Proxy:
    service = next(service for service in case.services if case.proxy in service.pods)
    gateway = "istio" in service.labels
    kind = ProxyType.GATEWAY if gateway else ProxyType.SIDECAR
    address = service.pods[case.proxy]
    namespace = service.namespace
    return Proxy(
        id=f"{kind}~{address}~{case.proxy}.{namespace}~{namespace}.svc.cluster.local",
        type=kind,
        name=case.proxy,
        namespace=namespace,
        address=address,
        labels={"app": service.name, **service.labels, "version": case.proxy.removeprefix(f"{service.name}-")},
        service_account=service.name,
        locality=parse_locality(service.labels.get("istio-locality", "").replace(".", "/")),
    )
