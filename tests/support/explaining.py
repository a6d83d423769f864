"""Meshes to ask about, from text."""

from lateen.api.codec import parse_documents
from lateen.app.profiles import part_documents
from lateen.explain.caller import choose_caller
from lateen.explain.explain import explain
from lateen.explain.question import Client, parse_question
from lateen.explain.result import Explanation, Topic
from lateen.explain.scenario import Scenario, build_scenario

SERVICES = """
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec:
  selector: {app: reviews}
  ports: [{name: http, port: 9080}]
---
apiVersion: v1
kind: Service
metadata: {name: ratings}
spec:
  selector: {app: ratings}
  ports: [{name: http, port: 9080}]
---
apiVersion: v1
kind: Service
metadata: {name: mysql}
spec:
  selector: {app: mysql}
  ports: [{name: tcp, port: 3306}]
"""


def deployment(name: str, version: str = "", *, extra: str = "", replicas: int = 1) -> str:
    """A Deployment `reviews-v1` with the labels app and version; `extra` are more lines of the pod's metadata."""
    full = f"{name}-{version}" if version else name
    labels = f"{{app: {name}{f', version: {version}' if version else ''}}}"
    return f"""
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {full}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {labels}}}
  template:
    metadata:
      labels: {labels}
      {extra}
    spec: {{containers: [{{name: app, image: app}}]}}
"""


MESH = SERVICES + "".join(
    deployment(name, version)
    for name, version in (("reviews", "v1"), ("reviews", "v2"), ("ratings", "v1"), ("mysql", ""), ("sleep", ""))
)

SUBSETS = """
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
"""


def virtual_service(http: str, name: str = "reviews", hosts: str = "[reviews]", more: str = "") -> str:
    """A VirtualService with the given list of HTTP routes."""
    return f"""
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}}}
spec:
  hosts: {hosts}
  {more}
  http:
{http}
"""


def scenario(text: str, *, gateway: bool = False, ports: frozenset[int] = frozenset()) -> Scenario:
    """The mesh that a text describes; `gateway` adds the one that comes with a mesh."""
    documents, problems = parse_documents(text, "mesh.yaml")
    assert problems == []
    made = build_scenario(documents, defaults=part_documents("ingress-gateway") if gateway else (), ports=ports)
    wrong = [str(each) for each in made.problems]
    assert wrong == [], wrong
    return made


def ask(mesh: Scenario, url: str, caller: str = "sleep", *, everything: bool = False, **words: object) -> Explanation:
    """What a call does. `words` are `method`, `headers`, and the fields of `Client`."""
    method, headers = words.pop("method", "GET"), words.pop("headers", None)
    question = parse_question(url, method=method, headers=headers, client=Client(**words))  # type: ignore[arg-type]
    return explain(mesh, choose_caller(mesh, caller), question, everything=everything)


def steps(explanation: Explanation, topic: Topic) -> list[str]:
    """The steps about a topic."""
    return [each.text for each in explanation.steps if each.topic is topic]
