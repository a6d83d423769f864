"""Cases of istio-config-validator: which rule of which VirtualService takes a request, whoever calls.

    testCases:
    - description: happy path
      wantMatch: true
      request: {authority: [example.com], method: [GET, POST], uri: [/users], headers: {x-user-id: abc}}
      route: [{destination: {host: users.users.svc.cluster.local, port: {number: 80}}}]

Every combination of authority, method and URI is one request. What the rule says under `route`, and under `redirect`,
`rewrite`, `fault`, `headers` and `delegate` where a case has these, must be what the case says.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import msgspec

from lateen.api.gateway import Gateway
from lateen.api.meta import JsonObject
from lateen.api.problem import Origin, Problem, ResourceRef
from lateen.api.schema import encode
from lateen.api.virtual_service import VirtualService
from lateen.api.yaml_tree import Tree
from lateen.explain.caller import Caller, choose_caller
from lateen.explain.case import Case, Expectation
from lateen.explain.check import Checked, reason_of
from lateen.explain.comparison import Difference
from lateen.explain.entrance import HTTP_PORT, Entrance, entrance_of
from lateen.explain.explain import explain
from lateen.explain.naming import look_up
from lateen.explain.question import Question, WrongQuestionError, parse_question
from lateen.explain.scenario import Scenario
from lateen.explain.written import line_at, read_as, wrong
from lateen.model.hostname import fully_qualified, is_wildcard, most_specific
from lateen.resolve.gateway_name import MESH, gateway_name

COMPARED = ("route", "redirect", "rewrite", "fault", "headers", "delegate")


class Requests(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The requests of a case: every combination."""

    authority: tuple[str, ...] = ()
    method: tuple[str, ...] = ("GET",)
    uri: tuple[str, ...] = ("/",)
    headers: dict[str, str] = {}


class ValidatorCase(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `testCases`; `rule` is what it says about the rule."""

    description: str
    want_match: bool
    request: Requests
    rule: JsonObject
    origin: Origin


class _Written(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    description: str = ""
    want_match: bool = False
    request: Requests
    route: list[JsonObject] | None = None
    redirect: JsonObject | None = None
    rewrite: JsonObject | None = None
    fault: JsonObject | None = None
    headers: JsonObject | None = None
    delegate: JsonObject | None = None


def parse_validator_cases(tree: Tree, file: str) -> tuple[list[ValidatorCase], list[Problem]]:
    """The cases of a document, and what cannot be read."""
    cases: list[ValidatorCase] = []
    problems: list[Problem] = []
    listed = tree.items["testCases"] if isinstance(tree.items, dict) else tree
    if not isinstance(listed.items, list):
        return [], [wrong(file, listed.line, "testCases must be a list", "begin each case with a dash")]
    for entry in listed.items:
        written = read_as(_Written, entry, file)
        if isinstance(written, Problem):
            problems.append(written)
            continue
        if not written.request.authority:
            line = line_at(entry, ("request", "authority"))
            problems.append(wrong(file, line, "request.authority names no host", "write authority: [reviews]"))
            continue
        said = {name: value for name in COMPARED if (value := getattr(written, name)) is not None}
        cases.append(
            ValidatorCase(
                description=written.description,
                want_match=written.want_match,
                request=written.request,
                rule={"route": [], **said},
                origin=Origin(file, entry.line),
            )
        )
    return cases, problems


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a case."""

    authority: str
    method: str
    uri: str
    headers: dict[str, str]

    def __str__(self) -> str:
        headers = "".join(f" -H '{name}: {value}'" for name, value in self.headers.items())
        return f"{self.method} {self.authority}{self.uri}{headers}"


def calls_of(case: ValidatorCase) -> Iterator[Call]:
    """Every request of a case."""
    request = case.request
    for authority, method, uri in product(request.authority, request.method or ("GET",), request.uri or ("/",)):
        yield Call(authority=authority, method=method, uri=uri, headers=request.headers)


def check_validator_case(scenario: Scenario, case: ValidatorCase) -> Iterator[Checked]:
    """The outcome of every request of a case."""
    return (check_call(scenario, case, call) for call in calls_of(case))


def check_call(scenario: Scenario, case: ValidatorCase, call: Call) -> Checked:
    """The outcome of one request of a case."""
    found, because = _difference(scenario, case, call)
    return Checked(
        name=case.description or str(call),
        call=str(call),
        origin=case.origin,
        differences=(found,) if found else (),
        because=because if found else "",
    )


def sendable(scenario: Scenario, case: ValidatorCase, call: Call) -> Case:
    """One request of a case as a call that somebody makes: through the gateway that the rule is for, or by any pod with
    a sidecar of the rule's namespace, else of another. Raises WrongQuestionError where there is no such pod."""
    source = _governing(scenario, call.authority)
    caller = _caller(scenario, source)
    word, namespace = f"gateway/{caller.workload.name}", caller.workload.namespace
    if not caller.is_gateway:
        pods = [each for each in scenario.snapshot.workloads.values() if each.has_sidecar and each.ready]
        chosen = min(pods, key=lambda each: (each.namespace != namespace, each.namespace, each.name), default=None)
        if chosen is None:
            raise WrongQuestionError("no pod with a sidecar runs that could send it")
        word, namespace = f"pod/{chosen.name}", chosen.namespace
    return Case(
        name=case.description or str(call),
        question=_question(scenario, caller, source, call),
        expectation=Expectation(),
        caller=word,
        namespace=namespace,
        origin=case.origin,
    )


def _difference(scenario: Scenario, case: ValidatorCase, call: Call) -> tuple[Difference | None, str]:
    try:
        source = _governing(scenario, call.authority)
        caller = _caller(scenario, source)
        question = _question(scenario, caller, source, call)
    except WrongQuestionError as error:
        return Difference(key="request", expected="a request", actual=str(error)), ""
    explanation = explain(scenario, caller, question)
    view = explanation.route
    rule: JsonObject = {"route": []}
    namespace = "default"
    if view is not None and view.virtual_service and view.rule is not None:
        namespace, _, name = view.virtual_service.partition("/")
        rule = _rule(scenario, ResourceRef("VirtualService", namespace, name), view.rule)
    wanted = {name: _normal(value, namespace) for name, value in case.rule.items()}
    got = {name: _normal(rule.get(name, [] if name == "route" else None), namespace) for name in case.rule}
    if (wanted == got) == case.want_match:
        return None, ""
    expected = _text(wanted) if case.want_match else f"anything but {_text(wanted)}"
    return Difference(key="route", expected=expected, actual=_text(got)), reason_of(explanation)


def _governing(scenario: Scenario, authority: str) -> VirtualService | None:
    """The VirtualService that names the host or the service that it is short for, or has the longest wildcard."""
    host = authority.partition(":")[0].lower()
    domain = scenario.snapshot.settings.cluster_domain
    by_host: dict[str, VirtualService] = {}
    for each in scenario.snapshot.virtual_services:
        for name in each.spec.hosts:
            by_host.setdefault(fully_qualified(name, each.metadata.namespace, domain).lower(), each)
            by_host.setdefault(name.lower(), each)
    service = look_up(scenario, host, "default").service
    names = [most_specific(name, by_host) for name in (host, service.hostname if service is not None else host)]
    best = min((name for name in names if name is not None), key=is_wildcard, default=None)
    return by_host[best] if best is not None else None


def _caller(scenario: Scenario, source: VirtualService | None) -> Caller:
    """Whoever the rule is for: some sidecar, or the gateway it is bound to."""
    bound = source.spec.gateways if source is not None else ()
    if source is None or not bound or MESH in bound:
        return choose_caller(scenario, "", source.metadata.namespace if source is not None else "default")
    namespace, _, name = gateway_name(bound[0], source.metadata.namespace).partition("/")
    return choose_caller(scenario, f"gateway/{name}", namespace)


def _question(scenario: Scenario, caller: Caller, source: VirtualService | None, call: Call) -> Question:
    """The request of a client who knows the host alone: to a port where that is served, over TLS if need be."""
    host, _, written = call.authority.partition(":")
    port = int(written) if written.isdecimal() else None
    gateway = _gateway(scenario, source) if caller.is_gateway else None
    if gateway is not None and caller.proxy is not None:
        found = entrance_of(scenario, caller.proxy, gateway, host.lower(), port)
    else:
        found = Entrance(port=port or _service_port(scenario, host, caller.workload.namespace))
    headers = {**call.headers, "host": call.authority}
    place = call.authority if written else f"{host}:{found.port}"
    url = f"{found.scheme}://{place}{call.uri}"
    return parse_question(url, method=call.method, headers=headers, client=found.client)


def _gateway(scenario: Scenario, source: VirtualService | None) -> Gateway | None:
    if source is None or not source.spec.gateways:
        return None
    namespace, _, name = gateway_name(source.spec.gateways[0], source.metadata.namespace).partition("/")
    found = scenario.resources.get(ResourceRef("Gateway", namespace, name))
    return found if isinstance(found, Gateway) else None


def _service_port(scenario: Scenario, host: str, namespace: str) -> int:
    service = look_up(scenario, host, namespace).service
    ports = [each.number for each in service.ports if each.protocol.is_http] if service else []
    return HTTP_PORT if HTTP_PORT in ports or not ports else ports[0]


def _rule(scenario: Scenario, ref: ResourceRef, number: int) -> JsonObject:
    document, resource = scenario.documents.get(ref), scenario.resources.get(ref)
    body = document.body if document is not None else encode(resource) if resource is not None else {}
    rules = (body.get("spec") or {}).get("http") or []
    return rules[number] if number < len(rules) else {}


def _normal(value: Any, namespace: str) -> Any:  # Any: JSON
    """The value with full host names, and without what means nothing: zeros and empty fields."""
    if isinstance(value, list | tuple):
        return [_normal(each, namespace) for each in value]
    if not isinstance(value, dict):
        return value
    fields = {key: _normal(each, namespace) for key, each in value.items() if each not in (0, "", None, {}, [])}
    if isinstance(fields.get("host"), str):
        fields["host"] = fully_qualified(fields["host"], namespace, "cluster.local")
    return fields


def _text(rule: JsonObject) -> str:
    return msgspec.json.encode(rule["route"] if rule.keys() == {"route"} else rule).decode()
