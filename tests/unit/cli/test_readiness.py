"""Why something is not ready."""

from lateen.cli.readiness import pod_trouble


def test_why_a_pod_is_not_ready() -> None:
    waiting = {"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no program"}}}
    probed = {"name": "side", "state": {"running": {}}, "ready": False}
    assert pod_trouble({"status": {"containerStatuses": [waiting, probed]}}) == (
        "container app: ImagePullBackOff no program; container side: its readiness probe has not succeeded yet"
    )
    assert pod_trouble({"status": {"phase": "Pending"}}) == "Pending"
    assert pod_trouble({}) == "no node has taken it yet"
