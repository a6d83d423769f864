from lateen.lib.memo import Memo, Recent, Stage


def test_a_result_is_reused_while_its_inputs_are_the_same_objects() -> None:
    memo = Memo()
    source = [1]
    first: list[int] = memo.recall("a", list, source)
    memo.begin()
    assert memo.recall("a", list, source) is first


def test_an_equal_result_of_other_inputs_keeps_its_identity() -> None:
    memo = Memo()
    first: list[int] = memo.recall("a", list, [1])
    memo.begin()
    assert memo.recall("a", list, (1,)) is first
    assert memo.recall("a", list, (2,)) == [2]


def test_equal_scalars_are_the_same_input_but_not_of_another_type() -> None:
    memo = Memo()
    calls: list[object] = []

    def compute(value: object) -> object:
        calls.append(value)
        return value

    memo.recall("a", compute, "x" * 30)
    memo.recall("a", compute, "".join(["x"] * 30))
    assert len(calls) == 1
    memo.recall("b", compute, 1)
    memo.recall("b", compute, True)
    assert len(calls) == 3


def test_what_a_round_does_not_ask_for_is_forgotten_in_the_next() -> None:
    memo = Memo()
    first = memo.keep("a", [1])
    memo.begin()
    memo.begin()
    assert memo.keep("a", [1]) is not first


def test_a_stage_runs_only_when_an_input_changed_and_keeps_equal_values() -> None:
    runs: list[tuple[int, ...]] = []

    def compute(_: Memo, source: tuple[int, ...]) -> list[int]:
        runs.append(source)
        return sorted(source)

    stage: Stage[list[int]] = Stage(compute)
    one, other = (1, 2), (2, 1)
    first = stage.run(one)
    assert stage.run(one) is first
    assert stage.run(other) is first
    assert runs == [one, other]


def test_a_stage_remembers_none() -> None:
    runs: list[int] = []
    stage: Stage[None] = Stage(lambda _, source: runs.append(source))
    stage.run(1)
    stage.run(1)
    assert runs == [1]


def test_recent_values_outlive_the_given_rounds_and_no_more() -> None:
    recent: Recent[str, list[str]] = Recent(lambda key: [key], rounds=2)
    kept, dropped = recent["kept"], recent["dropped"]
    for _ in range(3):
        recent.begin()
        assert recent["kept"] is kept
    assert len(recent) == 1
    assert recent["dropped"] is not dropped


def test_a_part_has_names_of_its_own_and_the_rounds_of_the_whole() -> None:
    memo = Memo()
    runs: list[str] = []
    for _ in range(2):
        memo.begin()
        for name in ("one", "two"):
            memo.part(name).recall("value", runs.append, name)
    assert runs == ["one", "two"]
    memo.begin()
    memo.begin()
    memo.part("one").recall("value", runs.append, "one")
    assert runs == ["one", "two", "one"]
