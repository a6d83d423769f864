from lateen.node.shim.container import restart_delay


def test_restarts_wait_longer_each_time() -> None:
    assert [restart_delay(failures) for failures in range(1, 9)] == [0, 1, 2, 4, 8, 16, 32, 60]
