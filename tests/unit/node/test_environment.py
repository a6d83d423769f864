import base64

import pytest
from tests.unit.node.resources import make_pod

from lateen.api.config_map import ConfigMap
from lateen.api.meta import JsonObject, ObjectMeta
from lateen.api.secret import Secret
from lateen.node.environment import build_environment, expand
from lateen.node.pod_fields import PodFields
from lateen.node.sources import ConfigError, FixedSources

SOURCES = FixedSources(
    ConfigMap(metadata=ObjectMeta(name="config", namespace="default"), data={"colour": "red"}),
    Secret(metadata=ObjectMeta(name="secret", namespace="default"), data={"pw": base64.b64encode(b"x").decode()}),
)


def environment(**container: object) -> dict[str, str]:
    body: JsonObject = {"name": "app", "image": "i", **container}
    pod = make_pod(body)
    return build_environment(pod.spec.containers[0], PodFields(pod, "10.0.0.9", "10.0.0.1"), SOURCES, {"D": "default"})


def test_all_kinds_of_values() -> None:
    env = environment(
        env=[
            {"name": "A", "value": "a"},
            {"name": "B", "value": "$(A)-$(MISSING)-$$(A)"},
            {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
            {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            {"name": "COLOUR", "valueFrom": {"configMapKeyRef": {"name": "config", "key": "colour"}}},
            {"name": "PW", "valueFrom": {"secretKeyRef": {"name": "secret", "key": "pw"}}},
            {"name": "NONE", "valueFrom": {"secretKeyRef": {"name": "no", "key": "pw", "optional": True}}},
            {"name": "MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
        ],
        envFrom=[{"prefix": "CFG_", "configMapRef": {"name": "config"}}],
        resources={"limits": {"memory": "1Gi"}},
    )
    wanted = {"A": "a", "B": "a-$(MISSING)-$(A)", "NAME": "web", "APP": "web", "IP": "10.0.0.9", "COLOUR": "red"}
    wanted |= {"PW": "x", "MEM": "1024", "CFG_colour": "red", "HOSTNAME": "web", "D": "default"}
    assert {key: env[key] for key in wanted} == wanted
    assert "NONE" not in env


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"configMapKeyRef": {"name": "no", "key": "k"}}, 'configmap "no" not found'),
        ({"configMapKeyRef": {"name": "config", "key": "k"}}, "couldn't find key k in configmap default/config"),
        ({"fieldRef": {"fieldPath": "spec.nope"}}, "spec.nope"),
    ],
)
def test_what_is_missing_is_named(source: JsonObject, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        environment(env=[{"name": "A", "valueFrom": source}])


def test_expansion() -> None:
    assert expand("$(A)$(B)$$$x", {"A": "1"}) == "1$(B)$$x"
