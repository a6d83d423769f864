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

from lateen.api.meta import JsonObject
from lateen.api.problem import Origin, Problem, ResourceRef
from lateen.api.virtual_service import VirtualService
from lateen.api.yaml_tree import Tree
from lateen.explain.caller import Caller, choose_caller
from lateen.explain.case import wrong
from lateen.explain.check import Checked, reason_of
from lateen.explain.comparison import Difference
from lateen.explain.explain import explain
from lateen.explain.question import Question, WrongQuestionError, parse_question
from lateen.explain.scenario import Scenario
from lateen.model.hostname import fully_qualified, most_specific
from lateen.resolve.gateway_name import MESH, gateway_name

COMPARED = ("route", "redirect", "rewrite", "fault", "headers", "delegate")


class Requests(msgspec.Struct, frozen=True, kw_only=True):
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


class _Written(msgspec.Struct, kw_only=True, rename="camel"):
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
    entries = tree.items["testCases"].items if isinstance(tree.items, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        try:
            written = msgspec.convert(entry.value, _Written)
        except msgspec.ValidationError as error:
            problems.append(wrong(file, entry.line, str(error)))
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


def check_validator_case(scenario: Scenario, case: ValidatorCase) -> Iterator[Checked]:
    """The outcome of every request of a case."""
    request = case.request
    for authority, method, uri in product(request.authority, request.method or ("GET",), request.uri or ("/",)):
        call = f"{method} {authority}{uri}" + "".join(
            f" -H '{name}: {value}'" for name, value in request.headers.items()
        )
        found, because = _difference(scenario, case, authority, method, uri)
        yield Checked(
            name=case.description or call,
            call=call,
            origin=case.origin,
            differences=(found,) if found else (),
            because=because if found else "",
        )


def _difference(
    scenario: Scenario, case: ValidatorCase, authority: str, method: str, uri: str
) -> tuple[Difference | None, str]:
    source = _governing(scenario, authority)
    try:
        caller = _caller(scenario, source)
        question = _question(scenario, case, authority, method, uri)
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
    """The VirtualService that names the host, exactly or by the longest wildcard."""
    host = authority.partition(":")[0].lower()
    domain = scenario.snapshot.settings.cluster_domain
    by_host: dict[str, VirtualService] = {}
    for each in scenario.snapshot.virtual_services:
        for name in each.spec.hosts:
            by_host.setdefault(fully_qualified(name, each.metadata.namespace, domain).lower(), each)
            by_host.setdefault(name.lower(), each)
    best = most_specific(host, by_host)
    return by_host[best] if best is not None else None


def _caller(scenario: Scenario, source: VirtualService | None) -> Caller:
    """Whoever the rule is for: some sidecar, or the gateway it is bound to."""
    bound = source.spec.gateways if source is not None else ()
    if source is None or not bound or MESH in bound:
        return choose_caller(scenario, "", source.metadata.namespace if source is not None else "default")
    namespace, _, name = gateway_name(bound[0], source.metadata.namespace).partition("/")
    return choose_caller(scenario, f"gateway/{name}", namespace)


def _question(scenario: Scenario, case: ValidatorCase, authority: str, method: str, uri: str) -> Question:
    host, _, port = authority.partition(":")
    service = next((each for each in scenario.snapshot.services.values() if each.hostname == host.lower()), None)
    ports = [each.number for each in service.ports if each.protocol.is_http] if service else []
    number = port or (80 if 80 in ports or not ports else ports[0])
    return parse_question(
        f"http://{host}:{number}{uri}", method=method, headers={**case.request.headers, "host": authority}
    )


def _rule(scenario: Scenario, ref: ResourceRef, number: int) -> JsonObject:
    document = scenario.documents.get(ref)
    rules = ((document.body.get("spec") or {}).get("http") or []) if document is not None else []
    return rules[number] if number < len(rules) else {}


def _normal(value: Any, namespace: str) -> Any:  # Any: JSON
    """The value with full host names, and without what means nothing: zeros and empty fields."""
    if isinstance(value, list):
        return [_normal(each, namespace) for each in value]
    if not isinstance(value, dict):
        return value
    fields = {key: _normal(each, namespace) for key, each in value.items() if each not in (0, "", None, {}, [])}
    if isinstance(fields.get("host"), str):
        fields["host"] = fully_qualified(fields["host"], namespace, "cluster.local")
    return fields


def _text(rule: JsonObject) -> str:
    return msgspec.json.encode(rule["route"] if rule.keys() == {"route"} else rule).decode()
