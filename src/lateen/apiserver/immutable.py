"""Fields that stay what they were when a resource is changed, as in Kubernetes."""

from typing import Any

from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, Severity
from lateen.apiserver.status import invalid

IMMUTABLE = "field is immutable"


def carried_over(info: KindInfo, current: JsonObject, body: JsonObject) -> JsonObject:
    """`body` with what the server had assigned and the writer left out: a service's addresses, a pod's node."""
    spec = body.get("spec")
    if not isinstance(spec, dict) or not isinstance(current.get("spec"), dict):
        return body
    if info.id == "Service":
        return {**body, "spec": _service_spec(current["spec"], spec)}
    if info.id == "Pod":
        kept = ("nodeName", "serviceAccountName", "serviceAccount", "enableServiceLinks")
        return {**body, "spec": {**{key: current["spec"][key] for key in kept if key in current["spec"]}, **spec}}
    return body


def check_unchanged(info: KindInfo, current: JsonObject, body: JsonObject) -> None:
    """Refuse changes of what can't be changed. Raises StatusError."""
    problems = _problems(info, current, body)
    if problems:
        raise invalid(info, body["metadata"]["name"], problems)


def _service_spec(current: JsonObject, spec: JsonObject) -> JsonObject:
    if spec.get("type") == "ExternalName":
        return spec
    assigned = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
    kept = {key: current[key] for key in assigned if current.get(key) and not spec.get(key)}
    if spec.get("type") in ("NodePort", "LoadBalancer"):
        kept["ports"] = _service_ports(current.get("ports") or [], spec.get("ports"))
    return {**spec, **kept}


def _service_ports(current: list[JsonObject], ports: Any) -> Any:  # JSON, perhaps malformed
    if not isinstance(ports, list):
        return ports
    assigned = {_port_key(port): port["nodePort"] for port in current if port.get("nodePort")}
    return [
        {**port, "nodePort": assigned[_port_key(port)]}
        if isinstance(port, dict) and not port.get("nodePort") and _port_key(port) in assigned
        else port
        for port in ports
    ]


def _port_key(port: JsonObject) -> tuple[str, str]:
    return str(port.get("port")), port.get("protocol") or "TCP"


def _problems(info: KindInfo, current: JsonObject, body: JsonObject) -> list[Problem]:
    old, new = current.get("spec") or {}, body.get("spec") or {}
    if info.id == "Deployment" and old.get("selector") != new.get("selector"):
        return [_problem("spec.selector", IMMUTABLE, "delete the Deployment and create it anew")]
    if info.id == "Service":
        return _service_problems(old, new)
    if info.id == "Pod" and _without_images(old) != _without_images(new):
        hint = "change the Deployment it belongs to, or delete the pod and create it anew"
        return [_problem("spec", "pod updates may not change fields other than the containers' images", hint)]
    if info.id in ("Secret", "ConfigMap") and current.get("immutable"):
        return _frozen_problems(current, body)
    if info.id == "Secret" and current.get("type") != body.get("type"):
        return [_problem("type", IMMUTABLE, "delete the Secret and create it anew")]
    return []


def _service_problems(old: JsonObject, new: JsonObject) -> list[Problem]:
    before, after = old.get("clusterIP"), new.get("clusterIP")
    if before and after and before != after and "ExternalName" not in (old.get("type"), new.get("type")):
        return [_problem("spec.clusterIP", IMMUTABLE, "delete the Service and create it anew")]
    return []


def _frozen_problems(current: JsonObject, body: JsonObject) -> list[Problem]:
    return [
        _problem(key, "field is immutable when `immutable` is set", "delete the resource and create it anew")
        for key in ("data", "binaryData", "immutable", "type")
        if current.get(key) != body.get(key)
    ]


def _without_images(spec: JsonObject) -> JsonObject:
    """What of a pod can't change: all but images, tolerations and how long it may run and stop."""
    free = ("activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations")
    kept = {key: value for key, value in spec.items() if key not in free}
    for key in ("containers", "initContainers"):
        kept[key] = [{name: v for name, v in each.items() if name != "image"} for each in spec.get(key) or []]
    return kept


def _problem(path: str, message: str, hint: str) -> Problem:
    return Problem(None, path, "Immutable", Severity.ERROR, message, hint)
