from lateen.xds.debounce import Debounce


def test_a_burst_ends_after_a_quiet_moment_and_at_the_latest_after_a_tenth_of_a_second() -> None:
    debounce = Debounce()
    debounce.note(1.000)
    debounce.note(1.008)
    assert debounce.due == 1.018
    for moment in range(20):
        debounce.note(1.010 + moment * 0.009)
    assert debounce.due == 1.1
    debounce.clear()
    assert debounce.due is None
