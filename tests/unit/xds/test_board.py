from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.xds.board import ProblemBoard

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
