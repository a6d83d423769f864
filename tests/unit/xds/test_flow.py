import asyncio

from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.xds.flow import ByteBudget


async def test_writes_wait_their_turn() -> None:
    budget = ByteBudget(FakeClock(), total=100)
    first = await budget.take(80)
    async with TaskGroup() as tasks:
        second = tasks.start(budget.take(50), "second")
        third = tasks.start(budget.take(10), "third")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not second.done()
        assert not third.done(), "small ones don't overtake, or large ones would starve"
        budget.give_back(first)
        assert await second == 50
        assert await third == 10


async def test_a_write_that_never_ends_holds_the_others_up_only_for_a_while() -> None:
    clock = FakeClock()
    budget = ByteBudget(clock, total=100, patience=2)
    await budget.take(1000)
    async with TaskGroup() as tasks:
        second = tasks.start(budget.take(50), "second")
        await clock.advance(2)
        assert await second == 50
