from lateen.xds.trial import Trial


def judge(trial: Trial[int], bad: set[int]) -> int:
    """Give verdicts until all is decided; returns how many."""
    verdicts = 0
    while True:
        verdicts += 1
        if trial.tested & bad:
            trial.refused()
        else:
            trial.accepted()
        if not trial.next():
            return verdicts


def test_one_suspect_is_convicted_by_the_peace_without_it() -> None:
    trial = Trial([1])
    assert judge(trial, {1}) == 1
    assert trial.guilty == [1]


def test_the_guilty_are_found_in_few_verdicts() -> None:
    for bad in ({0}, {7}, {0, 999}, {3, 4, 500}):
        trial = Trial(range(1000))
        assert judge(trial, bad) <= 1 + 22 * len(bad)
        assert set(trial.guilty) == bad
        assert trial.undecided == frozenset()


def test_two_that_are_bad_only_together_are_not_both_left_out() -> None:
    trial = Trial([1, 2])
    assert trial.accepted() == frozenset()
    assert trial.next() == {1}
    assert trial.accepted() == {1}
    trial.next()
    assert trial.guilty == [2]


def test_nobody_is_convicted_for_one_who_left() -> None:
    trial = Trial([1, 2])
    trial.accepted()
    assert trial.next() == {1}
    trial.drop(2)
    trial.drop(1)
    trial.add([3])
    assert trial.undecided == {3}
    trial.accepted()
    assert trial.next() == {3}
    trial.accepted()
    assert not trial.next()
    assert trial.guilty == []
