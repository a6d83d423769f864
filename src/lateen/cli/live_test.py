"""`lateen test --live`: cases tried in the running mesh."""

import time
from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from lateen.api.meta import JsonObject
from lateen.cli.asking import running_resources, scenario_of
from lateen.cli.expectation import Workloads
from lateen.cli.live_judging import Seen, judge
from lateen.cli.live_log import Logged, Requested, read_access_logs, read_paths
from lateen.cli.live_sending import Sent, send_case, why_not_sent
from lateen.cli.mesh import Failure
from lateen.cli.told import read_workloads
from lateen.client.error import ApiError
from lateen.client.sync import SyncClient
from lateen.explain.case import Case
from lateen.explain.check import Checked, call_text, explanation_for
from lateen.explain.comparison import Difference
from lateen.explain.question import WrongQuestionError
from lateen.explain.scenario import Scenario
from lateen.explain.validator_cases import Call, ValidatorCase, calls_of, check_call, sendable
from lateen.lib.clock import SystemClock, rfc3339

LOG_SECONDS = 2.0
"""Proxies write their logs once a second."""

POLL_SECONDS = 0.1

Logs = Mapping[str, Sequence[Logged]]
"""What proxies have logged, by the name of their pod."""

Paths = Mapping[str, Sequence[Requested]]
"""What workloads themselves have, likewise."""


def check_live(
    client: SyncClient, cases: Sequence[Case], validator_cases: Sequence[ValidatorCase], requests: int
) -> list[Checked]:
    """The outcome of every case, tried with `requests` requests where answers come from several places.

    Cases of istio-config-validator are asked of the mesh's configuration as well, which alone says which rule it was.
    """
    ports = {case.question.port for case in cases}
    scenario = scenario_of((), running=running_resources(client), ports=ports)
    asked = [(case, call) for case in validator_cases for call in calls_of(case)]
    since = rfc3339(SystemClock().now())
    tried = [_try(client, scenario, case, requests) for case in cases]
    tried += [_try_call(client, scenario, case, call, requests) for case, call in asked]
    workloads = read_workloads(client)
    seen = _look(client, [each for each in tried if isinstance(each, Sent)], workloads, since)
    found = [each if isinstance(each, Checked) else judge(each, seen[id(each)], workloads) for each in tried]
    by_rules = [check_call(scenario, case, call) for case, call in asked]
    return found[: len(cases)] + list(map(_together, by_rules, found[len(cases) :]))


def _together(by_rules: Checked, by_answers: Checked) -> Checked:
    """What the rules say and what was seen of one request."""
    return structs.replace(
        by_answers,
        call=by_rules.call,
        differences=(*by_rules.differences, *by_answers.differences),
        because=by_rules.because or by_answers.because,
    )


def _try_call(client: SyncClient, scenario: Scenario, case: ValidatorCase, call: Call, requests: int) -> Sent | Checked:
    try:
        return _try(client, scenario, sendable(scenario, case, call), requests)
    except WrongQuestionError as error:
        return Checked(name=case.description or str(call), call=str(call), origin=case.origin, skipped=str(error))


def _try(client: SyncClient, scenario: Scenario, case: Case, requests: int) -> Sent | Checked:
    try:
        predicted = explanation_for(scenario, case)
        if reason := why_not_sent(case, predicted):
            return Checked(name=case.name, call=call_text(case), origin=case.origin, skipped=reason)
        return send_case(client, case, predicted, requests)
    except Failure as failure:
        return _no_caller(case, failure.message.removeprefix("error: "))
    except (WrongQuestionError, ApiError) as error:
        return _no_caller(case, str(error))


def _no_caller(case: Case, reason: str) -> Checked:
    mistake = Difference(key="from", expected="a caller that runs", actual=reason)
    return Checked(name=case.name, call=call_text(case), origin=case.origin, differences=(mistake,))


def _look(client: SyncClient, sent: Sequence[Sent], workloads: Workloads, since: str) -> Mapping[int, Seen]:
    """What there is to see of each case, by its identity; waits until proxies have written their logs."""
    callers = {_name(pod): pod for each in sent for pod in each.proxies}
    deadline = time.monotonic() + LOG_SECONDS
    while True:
        logged = read_access_logs(client, callers.values(), since)
        callees = _callees(sent, logged, workloads)
        arrived = read_access_logs(client, callees.values(), since)
        if time.monotonic() > deadline or all(_is_complete(each, logged, arrived, workloads) for each in sent):
            break
        time.sleep(POLL_SECONDS)
    paths = read_paths(client, callees.values(), since)
    return {id(each): seen_of(each, logged, arrived, paths, workloads) for each in sent}


def seen_of(sent: Sent, logged: Logs, arrived: Logs, paths: Paths, workloads: Workloads) -> Seen:
    """What there is to see of one case in the logs of callers and callees, by the names of their pods.

    Only the case's own proxies count: a workload may pass the mark on with requests of its own.
    """
    own = _left(sent, logged)
    whole = own if len(own) >= len(sent.answers) else []
    places = sent.places(whole)
    names = {workloads.name(*place) for place in places}
    began, ended = sent.times
    return Seen(
        places=places,
        logged=whole,
        arrived=_arrived(sent, names, arrived),
        paths=frozenset(each.path for name in names for each in paths.get(name, ()) if began <= each.time <= ended),
    )


def _left(sent: Sent, logs: Logs) -> list[Logged]:
    """What the proxies that decided have logged of the case."""
    return [each for pod in sent.proxies for each in _marked(sent, _name(pod), logs) if not each.inbound]


def _arrived(sent: Sent, pods: Iterable[str], logs: Logs) -> list[Logged]:
    """What the proxies of the called pods have logged of the case."""
    return [each for pod in pods for each in _marked(sent, pod, logs) if each.inbound]


def _marked(sent: Sent, pod: str, logs: Logs) -> list[Logged]:
    return [each for each in logs.get(pod, ()) if sent.mark and each.mark == sent.mark]


def _is_complete(sent: Sent, logged: Logs, arrived: Logs, workloads: Workloads) -> bool:
    """Whether every request that left a mark is in its proxy's log, and those that went on in their callees'."""
    if not sent.mark or not sent.proxies:
        return True
    left = _left(sent, logged)
    gone_on = [workloads.name(each.cluster, each.endpoint) for each in left if each.endpoint]
    return len(left) >= len(sent.answers) and len(_arrived(sent, set(gone_on), arrived)) >= len(gone_on)


def _callees(sent: Iterable[Sent], logged: Logs, workloads: Workloads) -> Mapping[str, JsonObject]:
    """The pods that answered, by name."""
    endpoints = {entry.endpoint for each in sent for entry in _left(each, logged) if entry.endpoint}
    endpoints |= {endpoint for each in sent for (_, endpoint), count in each.tally.tries.items() if count}
    pods = [workloads.pods.get(endpoint.rpartition(":")[0]) for endpoint in endpoints]
    return {_name(pod): pod for pod in pods if pod is not None}


def _name(pod: JsonObject) -> str:
    return str(pod["metadata"]["name"])
