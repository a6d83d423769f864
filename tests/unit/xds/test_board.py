from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.xds.board import ANALYSIS, ProblemBoard

REF = ResourceRef("VirtualService", "default", "reviews")
PROBLEM = Problem(REF, "", "X", Severity.ERROR, "bad")


async def test_equal_problems_of_several_finders_count_once_until_the_last_is_gone() -> None:
    board = ProblemBoard()
    changes = board.changes()
    assert await anext(changes) == {}
    board.replace("one", (PROBLEM,))
    board.replace("two", (PROBLEM,))
    assert await anext(changes) == {REF: (PROBLEM,)}
    board.replace("one", ())
    assert board.problems() == {REF: (PROBLEM,)}
    board.replace("two", ())
    assert await anext(changes) == {}


async def test_analysis_does_not_repeat_what_another_finder_says_of_a_field() -> None:
    board = ProblemBoard()
    other = Problem(REF, "spec.hosts", "Y", Severity.ERROR, "in other words")
    board.replace("resolve", (PROBLEM,))
    board.replace(ANALYSIS, (Problem(REF, "", "X", Severity.ERROR, "bad as analysis puts it"), other))
    assert board.problems() == {REF: (PROBLEM, other)}
    board.replace("resolve", ())
    assert board.problems() == {REF: (other,)}, "what was repeated is gone until analysis looks again"
    board.replace("resolve", (Problem(REF, "spec.hosts", "Y", Severity.ERROR, "first said now"),))
    assert [problem.message for problem in board.problems()[REF]] == ["first said now"]
