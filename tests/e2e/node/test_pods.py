"""Pods with real processes."""

import asyncio
import os
import signal
from collections.abc import Callable

import pytest
from tests.e2e.node.conftest import Body, Machine, eventually, is_ready, status_of

from lateen.api.problem import ResourceRef

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


SLEEP = {"name": "app", "image": "busybox", "command": ["sleep", "infinity"]}


def restarts(name: str = "app") -> Callable[[Body], int]:
    return lambda body: int(status_of(body, name).get("restartCount", 0))


async def test_a_crashing_container_backs_off_and_keeps_its_previous_log(machine: Machine) -> None:
    script = 'echo "try $(date +%s%N)"; exit 7'
    await machine.create("crash", {"name": "app", "image": "busybox", "command": ["sh", "-c", script]})
    body = await machine.until("crash", lambda b: restarts()(b) >= 2 and "waiting" in status_of(b, "app")["state"])
    status = status_of(body, "app")
    assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert status["lastState"]["terminated"]["exitCode"] == 7
    assert not is_ready(body)
    _, now = await machine.get("/logs/default/crash/app")
    _, before = await machine.get("/logs/default/crash/app", previous="true")
    assert now.startswith("try ")
    assert before.startswith("try ")
    assert now != before
    events, _ = await machine.client.list("Event", "default")
    assert "BackOff" in {event["reason"] for event in events}


async def test_what_cannot_start_says_why(machine: Machine) -> None:
    await machine.create("typo", {"name": "app", "image": "busybox", "command": ["no-such-program"]})
    await machine.create("what", {"name": "app", "image": "example.com/unheard/of:1"})
    await machine.create(
        "missing",
        {**SLEEP, "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "later", "key": "a"}}}]},
    )
    body = await machine.until("typo", lambda b: status_of(b, "app").get("lastState", {}).get("terminated"))
    assert status_of(body, "app")["lastState"]["terminated"]["reason"] == "StartError"
    assert "no-such-program" in status_of(body, "app")["lastState"]["terminated"]["message"]
    body = await machine.until("what", lambda b: status_of(b, "app"))
    waiting = status_of(body, "app")["state"]["waiting"]
    assert waiting["reason"] == "ImagePullBackOff"
    assert "images.yaml" in waiting["message"]
    assert "lateen.dev/image." in waiting["message"]
    body = await machine.until("missing", lambda b: status_of(b, "app"))
    assert status_of(body, "app")["state"]["waiting"]["reason"] == "CreateContainerConfigError"
    await machine.client.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "later", "namespace": "default"},
            "data": {"a": "1"},
        }
    )
    await machine.until("missing", is_ready, 5)


async def test_files_of_a_config_map_follow_it(machine: Machine) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "config", "namespace": "default"},
        "data": {"colour": "red", "b.txt": "b"},
    }
    await machine.client.create(config)
    await machine.create(
        "files",
        {
            **SLEEP,
            "volumeMounts": [
                {"name": "config", "mountPath": "/nowhere/yet"},
                {"name": "config", "mountPath": "/etc/one-file", "subPath": "b.txt"},
                {"name": "scratch", "mountPath": "/tmp"},
                {"name": "me", "mountPath": "/podinfo"},
            ],
        },
        volumes=[
            {"name": "config", "configMap": {"name": "config"}},
            {"name": "scratch", "emptyDir": {}},
            {
                "name": "me",
                "downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]},
            },
        ],
    )
    await machine.until("files", is_ready)
    ran = await machine.run(
        "files", "app", "sh", "-c", "cat /nowhere/yet/colour /etc/one-file /podinfo/labels; ls /tmp"
    )
    assert ran.out == 'redbapp="files"'
    ran = await machine.run("files", "app", "sh", "-c", "touch /tmp/mine /new && echo x > /nowhere/yet/colour")
    assert "Read-only" in ran.err
    await machine.client.replace({**config, "data": {"colour": "blue"}})
    for _ in range(100):
        ran = await machine.run("files", "app", "cat", "/nowhere/yet/colour")
        if ran.out == "blue":
            break
    assert ran.out == "blue"


async def test_init_containers_run_first_and_jobs_end(machine: Machine) -> None:
    shared = {"volumeMounts": [{"name": "shared", "mountPath": "/shared"}]}
    await machine.create(
        "job",
        {"name": "app", "image": "busybox", "command": ["cat", "/shared/greeting"], **shared},
        initContainers=[
            {"name": "prepare", "image": "busybox", "command": ["sh", "-c", "echo hello > /shared/greeting"], **shared}
        ],
        volumes=[{"name": "shared", "emptyDir": {}}],
        restartPolicy="Never",
    )
    body = await machine.until("job", lambda b: b.get("status", {}).get("phase") == "Succeeded")
    assert status_of(body, "prepare")["state"]["terminated"]["reason"] == "Completed"
    assert status_of(body, "app")["state"]["terminated"]["exitCode"] == 0
    _, text = await machine.get("/logs/default/job/app")
    assert text == "hello\n"
    await machine.delete("job")
    await machine.until_gone("job")


async def test_a_terminal_is_the_containers_own(machine: Machine) -> None:
    await machine.create("term", SLEEP)
    await machine.until("term", is_ready)
    ran = await machine.run("term", "app", "sh", "-c", "tty; stty size; id -u", tty=True)
    assert ran.out.split() == ["/dev/pts/0", "22", "111", "0"]
    ran = await machine.run("term", "app", "sh", "-c", "cat; echo end >&2", stdin=b"through\n")
    assert (ran.out, ran.err, ran.code) == ("through\n", "end\n", 0)


async def test_a_program_ends_with_its_client_and_the_agent_keeps_nothing_of_it(machine: Machine) -> None:
    body = await machine.create("web", {"name": "app", "image": "busybox", "command": ["sleep", "1000"]})
    await machine.until("web", is_ready)
    uid = body["metadata"]["uid"]
    idle, open_files = set(machine.pids(uid)), len(machine.agent_files())
    for _ in range(3):
        async with machine.http() as session:
            socket = await session.ws_connect(
                "http://node/exec/default/web/app",
                params=[("command", "sleep"), ("command", "1000"), ("stdout", "true"), ("stderr", "true")],
                protocols=["v5.channel.k8s.io"],
            )
            await eventually(lambda: set(machine.pids(uid)) > idle)
            await socket.close()
        await eventually(lambda: set(machine.pids(uid)) == idle)
    await eventually(lambda: len(machine.agent_files()) <= open_files)
    assert (await machine.run("web", "app", "echo", "hello")).out == "hello\n"


async def test_a_log_is_followed_over_a_rotation_of_containers(machine: Machine) -> None:
    script = "for i in 1 2 3; do echo line $i; sleep 0.2; done"
    await machine.create(
        "talk", {"name": "app", "image": "busybox", "command": ["sh", "-c", script]}, restartPolicy="Never"
    )
    await machine.until("talk", lambda b: status_of(b, "app").get("started"))
    _, text = await machine.get("/logs/default/talk/app", follow="true", timestamps="true")
    lines = [line.split(" ", 1) for line in text.splitlines()]
    assert [text for _, text in lines] == ["line 1", "line 2", "line 3"]
    assert all(time.endswith("Z") for time, _ in lines)


async def test_pods_outlive_their_agent_and_are_taken_over(machine: Machine) -> None:
    probe = {"tcpSocket": {"port": 80}, "periodSeconds": 1}
    pod = await machine.create("steady", {"name": "app", "image": "traefik/whoami:v1", "readinessProbe": probe})
    before = await machine.until("steady", is_ready)
    pids = machine.pids(pod["metadata"]["uid"])
    assert len(pids) >= 2
    await machine.kill_agent()
    assert machine.pids(pod["metadata"]["uid"]) == pids
    await machine.start_agent()
    await machine.until("steady", is_ready)
    code, _ = 0, ""
    while code != 200:
        try:
            code, _ = await machine.get("/logs/default/steady/app")
        except OSError:
            continue
    assert machine.pids(pod["metadata"]["uid"]) == pids
    after = await machine.pod("steady")
    assert after is not None
    assert after["status"]["conditions"] == before["status"]["conditions"]
    assert restarts()(after) == 0
    await machine.delete("steady")
    await machine.until_gone("steady")
    assert machine.pids(pod["metadata"]["uid"]) == []


async def test_pods_that_were_deleted_meanwhile_are_ended(machine: Machine) -> None:
    pod = await machine.create("orphan", SLEEP)
    await machine.until("orphan", is_ready)
    await machine.kill_agent()
    await machine.client.delete(ResourceRef("Pod", "default", "orphan"), grace_seconds=0)
    assert machine.pids(pod["metadata"]["uid"])
    await machine.start_agent()
    while (machine.folder / "pods" / pod["metadata"]["uid"]).exists():
        await asyncio.sleep(0.02)
    assert machine.pids(pod["metadata"]["uid"]) == []


async def test_a_dead_shim_takes_its_containers_along_and_is_replaced(machine: Machine) -> None:
    pod = await machine.create("fragile", SLEEP)
    uid = pod["metadata"]["uid"]
    await machine.until("fragile", is_ready)
    shim = int((machine.folder / "pods" / uid / "lock").read_text())
    old = machine.pids(uid)
    os.kill(shim, signal.SIGKILL)
    await machine.until("fragile", lambda b: restarts()(b) == 1 and is_ready(b))
    assert not set(old) & set(machine.pids(uid))


async def test_an_unhealthy_container_is_restarted(machine: Machine) -> None:
    await machine.create(
        "ill",
        {
            **SLEEP,
            "command": ["sh", "-c", "touch /well; sleep 1; rm /well; sleep infinity"],
            "livenessProbe": {"exec": {"command": ["cat", "/well"]}, "periodSeconds": 1, "failureThreshold": 1},
        },
    )
    await machine.until("ill", lambda b: restarts()(b) >= 1 and status_of(b, "app")["state"].get("running"))
    events, _ = await machine.client.list("Event", "default")
    assert {"Unhealthy", "Killing"} <= {event["reason"] for event in events}


async def test_a_pod_ends_gracefully(machine: Machine) -> None:
    script = "trap 'echo ending; sleep 0.3; exit 0' TERM; echo up; while :; do sleep 0.1; done"
    await machine.create(
        "polite",
        {
            "name": "app",
            "image": "busybox",
            "command": ["sh", "-c", script],
            "lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", "echo hook > /proc/1/fd/1; touch /hooked"]}}},
        },
        terminationGracePeriodSeconds=5,
    )
    await machine.until("polite", is_ready)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(machine.get("/logs/default/polite/app", follow="true"))
        await machine.delete("polite")
        await machine.until_gone("polite", 6)
    assert reading.result()[1] == "up\nending\n"


async def test_too_much_memory_ends_a_container(machine: Machine) -> None:
    script = "import time; x = bytearray(200 << 20); time.sleep(100)"
    await machine.create(
        "greedy",
        {
            "name": "app",
            "image": "busybox",
            "command": ["/usr/bin/env", "python3", "-S", "-c", script],
            "resources": {"limits": {"memory": "64Mi", "cpu": "500m"}},
        },
        restartPolicy="Never",
    )
    body = await machine.until("greedy", lambda b: status_of(b, "app").get("state", {}).get("terminated"))
    ended = status_of(body, "app")["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)
