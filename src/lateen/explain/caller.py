"""Who calls: from the words of the command line to a proxy."""

import difflib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lateen.api.gateway import Gateway
from lateen.api.service import Service
from lateen.explain.question import WrongQuestionError
from lateen.explain.scenario import Scenario
from lateen.model.selection import selects
from lateen.model.workload import Proxy, ProxyType, Workload

ASSUMED_ADDRESS = "10.244.255.1"
GATEWAY = "gateway"

KIND_WORDS = {
    "pod": "pod",
    "pods": "pod",
    "po": "pod",
    "deploy": "workload",
    "deployment": "workload",
    "deployments": "workload",
    "deployment.apps": "workload",
    "statefulset": "workload",
    "daemonset": "workload",
    "svc": "service",
    "service": "service",
    "services": "service",
    "sa": "account",
    "serviceaccount": "account",
    "gateway": GATEWAY,
    "gw": GATEWAY,
}


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """`proxy` is None for a workload without one. `assumed`: the files don't hold the workload, it is imagined.
    `others` are the deployments that the words mean, too.
    """

    name: str
    workload: Workload
    proxy: Proxy | None
    assumed: bool = False
    others: tuple[str, ...] = ()

    @property
    def is_gateway(self) -> bool:
        """Whether the proxy stands at the mesh's edge, for callers from outside."""
        return self.proxy is not None and self.proxy.type is ProxyType.GATEWAY


def choose_caller(
    scenario: Scenario, word: str, namespace: str = "default", labels: Mapping[str, str] | None = None
) -> Caller:
    """The caller named `productpage-v1`, `pod/…`, `deploy/…`, `svc/…`, `sa/…` or `gateway/…`, or by `labels` alone.

    `NAME.NAMESPACE` overrides `namespace`. Without any words it is a workload like any other of the namespace. Raises
    WrongQuestionError for a name that seems to be a slip of another, or that a running mesh does not have.
    """
    if not word:
        return _by_labels(scenario, namespace, labels or {})
    kind, name, namespace = _parsed(word, namespace)
    candidates = _candidates(scenario, kind, name, namespace)
    if kind == GATEWAY:
        return _gateway(scenario, name, namespace, _first(candidates).workload if candidates else None)
    return _first(candidates) if candidates else _unknown(scenario, word, name, namespace, labels or {})


def _first(candidates: Sequence[Workload]) -> Caller:
    """The first ready one of those that the words mean."""
    chosen = caller_of(next((each for each in candidates if each.ready), candidates[0]))
    names = dict.fromkeys(caller_of(each).name for each in candidates)
    return msgspec.structs.replace(chosen, others=tuple(name for name in names if name != chosen.name))


def caller_of(workload: Workload) -> Caller:
    """A workload of the scenario as a caller."""
    name = workload.deployment or workload.name
    return Caller(name=name, workload=workload, proxy=proxy_of(workload))


def proxy_of(workload: Workload, kind: ProxyType | None = None) -> Proxy | None:
    """The proxy of a workload, None where it has none."""
    if not workload.has_sidecar and kind is None:
        return None
    chosen = kind or (ProxyType.GATEWAY if _runs_gateway(workload) else ProxyType.SIDECAR)
    return Proxy(
        id=f"{chosen}~{workload.address}~{workload.name}.{workload.namespace}~{workload.namespace}.svc.cluster.local",
        type=chosen,
        name=workload.name,
        namespace=workload.namespace,
        address=workload.address,
        labels=workload.labels,
        service_account=workload.service_account,
        locality=workload.locality,
    )


def _runs_gateway(workload: Workload) -> bool:
    return GATEWAY in workload.annotations.get("inject.istio.io/templates", "").split(",")


def _parsed(word: str, namespace: str) -> tuple[str, str, str]:
    kind, separator, name = word.partition("/")
    if not separator:
        kind, name = "", word
    elif kind.lower() not in KIND_WORDS:
        known = "pod/, deploy/, svc/, sa/ or gateway/"
        raise WrongQuestionError(f"{word!r}: {kind!r} names no caller; write a name, or {known} and a name")
    name, _, given = name.partition(".")
    return KIND_WORDS.get(kind.lower(), ""), name, given or namespace


def _candidates(scenario: Scenario, kind: str, name: str, namespace: str) -> Sequence[Workload]:
    """The workloads that the words mean; a bare name may be a pod's, a deployment's or a service's, in this order."""
    here = [each for (owner, _), each in sorted(scenario.snapshot.workloads.items()) if owner == namespace]
    ways: Mapping[str, Sequence[Workload]] = {
        "pod": [each for each in here if each.name == name],
        "workload": [each for each in here if each.deployment == name],
        "service": _behind(scenario, name, namespace, here) if kind in {"", "service"} else (),
        "account": [each for each in here if each.service_account == name],
    }
    chosen = [kind] if kind in ways else ["pod", "workload"] if kind == GATEWAY else ["pod", "workload", "service"]
    return next((ways[way] for way in chosen if ways[way]), ())


def _behind(scenario: Scenario, name: str, namespace: str, workloads: Iterable[Workload]) -> Sequence[Workload]:
    service = next(
        (
            each
            for ref, each in scenario.resources.items()
            if isinstance(each, Service) and (ref.namespace, ref.name) == (namespace, name)
        ),
        None,
    )
    if service is None or not service.spec.selector:
        return ()
    return [each for each in workloads if selects(service.spec.selector, each.labels)]


def _by_labels(scenario: Scenario, namespace: str, labels: Mapping[str, str]) -> Caller:
    here = [each for (owner, _), each in sorted(scenario.snapshot.workloads.items()) if owner == namespace]
    found = [each for each in here if labels and selects(labels, each.labels)]
    return _first(found) if found else _assumed("client", namespace, labels or {"app": "client"})


def _unknown(scenario: Scenario, word: str, name: str, namespace: str, labels: Mapping[str, str]) -> Caller:
    """A caller that nothing describes: imagined, unless it looks like a slip."""
    known = {each.deployment or each.name for (owner, _), each in scenario.snapshot.workloads.items()}
    elsewhere = sorted(
        owner
        for (owner, _), each in scenario.snapshot.workloads.items()
        if name in {each.deployment, each.name} and owner != namespace
    )
    if elsewhere:
        owner = elsewhere[0]
        raise WrongQuestionError(f"{word!r} is not in namespace {namespace}, but in {owner}: write {name}.{owner}")
    similar = difflib.get_close_matches(name, sorted(known), n=1)
    if similar or not scenario.only_files:
        hint = f"did you mean {similar[0]!r}?" if similar else "`lateen get pods` lists those that run"
        raise WrongQuestionError(f"there is no workload {word!r} in namespace {namespace}; {hint}")
    return _assumed(name, namespace, {"app": name, **labels})


def _gateway(scenario: Scenario, name: str, namespace: str, found: Workload | None) -> Caller:
    """A gateway's workload by its own name, wherever it runs, or by that of a Gateway resource it serves."""
    every = [each for _, each in sorted(scenario.snapshot.workloads.items())]
    workload = found or next((each for each in every if name in {each.deployment, each.name}), None)
    if workload is None:
        selector = _selector(scenario, name, namespace)
        workload = next((each for each in every if selects(selector, each.labels)), None)
        if workload is None:
            return _assumed(name, "istio-system", selector, ProxyType.GATEWAY)
    return Caller(
        name=workload.deployment or workload.name,
        workload=workload,
        proxy=proxy_of(workload, ProxyType.GATEWAY),
    )


def _selector(scenario: Scenario, name: str, namespace: str) -> Mapping[str, str]:
    gateways = [each for each in scenario.resources.values() if isinstance(each, Gateway)]
    named = [each for each in gateways if each.metadata.name == name]
    chosen = next((each for each in named if each.metadata.namespace == namespace), named[0] if named else None)
    if chosen is None:
        known = sorted({each.metadata.name for each in gateways})
        hint = f"the Gateways are {', '.join(known)}" if known else "no file holds a Gateway"
        raise WrongQuestionError(f"there is no gateway {name!r}: neither a workload nor a Gateway; {hint}")
    return chosen.spec.selector


def _assumed(name: str, namespace: str, labels: Mapping[str, str], kind: ProxyType = ProxyType.SIDECAR) -> Caller:
    workload = Workload(
        name=name,
        namespace=namespace,
        address=ASSUMED_ADDRESS,
        labels=dict(labels),
        deployment=name,
        has_sidecar=True,
        ready=True,
    )
    return Caller(name=name, workload=workload, proxy=proxy_of(workload, kind), assumed=True)
