"""Which Ingresses the mesh's gateway serves. Rule: `shouldProcessIngressWithClass` in Istio."""

from collections.abc import Iterable, Mapping

from lateen.api.ingress import CLASS, CLASS_ANNOTATION, Ingress
from lateen.api.ingress_class import CONTROLLER, IngressClass
from lateen.api.problem import Problem
from lateen.model.legacy.outcome import problem


def served(ingresses: Iterable[Ingress], classes: Iterable[IngressClass]) -> tuple[list[Ingress], list[Problem]]:
    """Those of class `istio` or of an IngressClass of Istio's controller; a problem for each that names another one."""
    controllers = {each.metadata.name: each.spec.controller for each in classes}
    mine, problems = [], []
    for ingress in ingresses:
        annotation, name = ingress.metadata.annotations.get(CLASS_ANNOTATION), ingress.spec.ingress_class_name or ""
        by_default = CONTROLLER if name == CLASS else ""
        if annotation == CLASS if annotation else controllers.get(name, by_default) == CONTROLLER:
            mine.append(ingress)
        elif name:
            problems.append(_unserved(ingress, name, controllers))
    return mine, problems


def _unserved(ingress: Ingress, name: str, controllers: Mapping[str, str]) -> Problem:
    known = f'has the controller "{controllers[name]}"' if name in controllers else "is not known"
    message = f"the IngressClass {name} {known}, so no gateway serves it"
    hint = f'write "ingressClassName: {CLASS}", or add an IngressClass with the controller {CONTROLLER}'
    return problem(ingress, "spec.ingressClassName", "NoEffect", message, hint)
