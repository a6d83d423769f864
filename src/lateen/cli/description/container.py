"""A container in a description."""

import shlex
from collections.abc import Sequence

from lateen.api.meta import JsonObject
from lateen.cli.description.lines import Entry, Lines, Section
from lateen.cli.description.metadata import when

PROBES = (("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe"))


def containers(specs: Sequence[JsonObject], statuses: Sequence[JsonObject]) -> Section:
    """Each container by name, with its status where there is one."""
    by_name = {status["name"]: status for status in statuses}
    return Section([(spec["name"], Section(_container(spec, by_name.get(spec["name"])))) for spec in specs])


def _container(spec: JsonObject, status: JsonObject | None) -> list[Entry]:
    entries: list[Entry] = [("Image", spec.get("image", ""))]
    if ports := spec.get("ports"):
        entries.append(("Ports", ", ".join(f"{each['containerPort']}/{each.get('protocol', 'TCP')}" for each in ports)))
    entries += [
        (title, Lines([shlex.join(spec[key])]))
        for title, key in (("Command", "command"), ("Args", "args"))
        if spec.get(key)
    ]
    entries += _status(status) if status else []
    resources: JsonObject = spec.get("resources") or {}
    entries += [
        (title, Lines([f"{name}: {amount}" for name, amount in resources[key].items()]))
        for title, key in (("Limits", "limits"), ("Requests", "requests"))
        if resources.get(key)
    ]
    entries += [(title, _probe(spec[key])) for title, key in PROBES if spec.get(key)]
    entries.append(
        ("Environment", Lines([*map(_source, spec.get("envFrom") or []), *map(_variable, spec.get("env") or [])]))
    )
    entries.append(("Mounts", Lines([_mount(mount) for mount in spec.get("volumeMounts") or []])))
    return entries


def _status(status: JsonObject) -> list[Entry]:
    last = [("Last State", state) for state in [_state(status.get("lastState") or {})] if state]
    return [
        ("State", _state(status.get("state") or {}) or "Waiting"),
        *last,
        ("Ready", str(bool(status.get("ready")))),
        ("Restart Count", str(status.get("restartCount", 0))),
    ]


def _state(state: JsonObject) -> str:
    if running := state.get("running"):
        return f"Running since {when(running.get('startedAt', ''))}"
    if ended := state.get("terminated"):
        times = f", {when(ended.get('startedAt', ''))} to {when(ended.get('finishedAt', ''))}"
        return f"Terminated: {_reason(ended)} (exit code {ended.get('exitCode', 0)}){times}"
    return f"Waiting: {_reason(state['waiting'])}" if state.get("waiting") else ""


def _reason(state: JsonObject) -> str:
    return ": ".join(part for part in (state.get("reason"), state.get("message")) if part) or "no reason given"


def _probe(probe: JsonObject) -> str:
    timing = (
        f"delay={probe.get('initialDelaySeconds', 0)}s timeout={probe.get('timeoutSeconds', 1)}s "
        f"period={probe.get('periodSeconds', 10)}s "
        f"#success={probe.get('successThreshold', 1)} #failure={probe.get('failureThreshold', 3)}"
    )
    return f"{_action(probe)} {timing}"


def _action(probe: JsonObject) -> str:
    if http := probe.get("httpGet"):
        address = f"{http.get('host', '')}:{http['port']}{http.get('path', '/')}"
        return f"http-get {http.get('scheme', 'HTTP').lower()}://{address}"
    if tcp := probe.get("tcpSocket"):
        return f"tcp-socket {tcp.get('host', '')}:{tcp['port']}"
    if grpc := probe.get("grpc"):
        return f"grpc :{grpc['port']}"
    return f"exec {shlex.join((probe.get('exec') or {}).get('command') or [])}"


def _variable(variable: JsonObject) -> str:
    source: JsonObject = variable.get("valueFrom") or {}
    if not source:
        return f"{variable['name']}: {variable.get('value', '')}".rstrip()
    if field := source.get("fieldRef"):
        return f"{variable['name']}: (the pod's {field['fieldPath']})"
    for title, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if ref := source.get(key):
            return f"{variable['name']}: (key {ref['key']} of {title} {ref.get('name', '')})"
    return f"{variable['name']}: (the container's {(source.get('resourceFieldRef') or {}).get('resource', '')})"


def _source(source: JsonObject) -> str:
    for title, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
        if ref := source.get(key):
            prefix = f" with prefix {source['prefix']}" if source.get("prefix") else ""
            return f"(all of {title} {ref.get('name', '')}{prefix})"
    return ""


def _mount(mount: JsonObject) -> str:
    return f"{mount['mountPath']} from {mount['name']} ({'ro' if mount.get('readOnly') else 'rw'})"
