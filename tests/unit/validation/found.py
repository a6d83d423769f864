"""What validation finds in a resource, in short."""

from lateen.api.codec import parse_documents
from lateen.api.problem import Problem
from lateen.validation.validate import validate

ISTIO = "apiVersion: networking.istio.io/v1\nkind: {kind}\nmetadata: {{name: it, namespace: default}}\nspec: {spec}\n"
LEGACY = ISTIO.replace("networking.istio.io/v1", "config.istio.io/v1alpha2")
CORE = "apiVersion: v1\nkind: {kind}\nmetadata: {{name: it, namespace: default}}\n{rest}\n"


def problems_in(text: str) -> list[Problem]:
    documents, problems = parse_documents(text, "f.yaml")
    return problems + [found for document in documents for found in validate(document.body, document)]


def found(text: str) -> list[tuple[str, str]]:
    """The path and code of each problem, effectless fields left out."""
    return [(problem.path, problem.code) for problem in problems_in(text) if problem.code != "NoEffect"]


def in_spec(kind: str, spec: str) -> list[tuple[str, str]]:
    """What is found in a resource of Istio's with this spec; paths without `spec`."""
    return [(path.removeprefix("spec").lstrip("."), code) for path, code in found(ISTIO.format(kind=kind, spec=spec))]


def in_legacy(kind: str, spec: str) -> list[tuple[str, str]]:
    """What is found in a resource of Istio's first API with this spec, given without its braces."""
    return [(path.removeprefix("spec."), code) for path, code in found(LEGACY.format(kind=kind, spec=f"{{{spec}}}"))]


def effectless(kind: str, spec: str) -> list[str]:
    """The fields without effect of a resource of Istio's first API."""
    problems = problems_in(LEGACY.format(kind=kind, spec=f"{{{spec}}}"))
    return [problem.path.removeprefix("spec.") for problem in problems if problem.code == "NoEffect"]
