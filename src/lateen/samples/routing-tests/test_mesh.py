"""What a mesh does: two versions, their proxies and a gateway run on this machine while the tests do."""

import pytest

pytestmark = [pytest.mark.root, pytest.mark.lateen(files=["mesh"])]

HELLO = "http://helloworld:5000/hello"


async def test_testers_see_v2(mesh):
    answer = await mesh.request("GET", HELLO, from_="deploy/sleep", headers={"x-group": "testers"})
    assert answer.status == 200
    assert answer.body.startswith("Hello version: v2")


async def test_one_in_five_sees_v2(mesh):
    traffic = await mesh.traffic(HELLO, 200, from_="deploy/sleep")
    assert traffic.statuses == {200: 200}
    traffic.check({"v1": 0.8, "v2": 0.2})


async def test_clients_outside_see_v1(mesh):
    gateway = "gateway/istio-ingressgateway"
    assert "version: v1" in (await mesh.request("GET", "http://hello.example.com/hello", from_=gateway)).body
    assert (await mesh.request("GET", "http://hello.example.com/hi", from_=gateway)).status == 404


async def test_a_change_takes_effect_at_once(mesh):
    await mesh.apply("""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: helloworld}
        spec:
          hosts: [helloworld]
          http:
          - fault: {abort: {percentage: {value: 100}, httpStatus: 418}}
            route: [{destination: {host: helloworld, subset: v1}}]
    """)
    assert (await mesh.request("GET", HELLO, from_="deploy/sleep")).status == 418
