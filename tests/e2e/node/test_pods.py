"""Pods with real processes."""

import pytest
from tests.e2e.node.conftest import Machine, is_ready, status_of

pytestmark = pytest.mark.root


async def test_a_pod_starts_and_answers(machine: Machine) -> None:
    await machine.create(
        "web",
        {
            "name": "web",
            "image": "traefik/whoami:v1",
            "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
            "env": [{"name": "WHO", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        },
    )
    body = await machine.until("web", is_ready)
    assert body["status"]["phase"] == "Running"
    assert status_of(body, "web")["state"]["running"]["startedAt"]
    ran = await machine.run("web", "web", "sh", "-c", "hostname; echo $WHO; exit 3")
    assert (ran.out, ran.code) == ("web\nweb\n", 3)
    code, text = await machine.get("/logs/default/web/web")
    assert code == 200
    assert "listening on port 80" in text
    code, text = await machine.get("/proxy/default/web/80/hello?x=1")
    assert (code, "GET /hello?x=1" in text) == (200, True)
