import asyncio

from lateen.lib.clock import FakeClock
from lateen.lib.tasks import TaskGroup
from lateen.xds.distribution import KEPT, Distributions, Nack


async def test_a_revision_is_done_when_the_push_that_contains_it_is() -> None:
    clock = FakeClock()
    distributions = Distributions(clock)
    distributions.notice(7)
    distributions.notice(8)
    async with TaskGroup() as tasks:
        waiting = tasks.start(distributions.wait_for(7, 60), "wait")
        await asyncio.sleep(0)
        push = distributions.start(8)
        push.outstanding |= {"a", "b", "c"}
        push.reached |= {"a", "b"}
        distributions.sent(push)
        await clock.advance(0.5)
        distributions.settle(push, "a")
        distributions.settle(push, "c")
        push.nacked["b"] = Nack("b", "CDS", "no")
        assert not waiting.done()
        distributions.settle(push, "b")
        outcome = await waiting
    assert (outcome.proxies, outcome.acked, outcome.elapsed_ms, outcome.complete) == (2, 1, 500.0, True)
    assert outcome.nacked == (Nack("b", "CDS", "no"),)


async def test_changes_that_went_out_in_several_pushes_reached_the_proxies_of_all_of_them() -> None:
    clock = FakeClock()
    distributions = Distributions(clock)
    for revision, proxy in ((3, "a"), (5, "b"), (7, "")):
        distributions.notice(revision)
        push = distributions.start(revision)
        if proxy:
            push.reached.add(proxy)
            push.outstanding.add(proxy)
        await clock.advance(0.1)
        if proxy == "a":
            distributions.settle(push, proxy)
    assert (distributions.outcome(7).proxies, distributions.outcome(7).complete) == (0, True)
    outcome = distributions.outcome(7, first=4)
    assert (outcome.proxies, outcome.acked, outcome.complete) == (1, 0, False)
    assert (distributions.outcome(7, first=2).proxies, distributions.outcome(7, first=2).acked) == (2, 1)


async def test_waiting_ends_with_the_time_given_and_says_who_is_late() -> None:
    clock = FakeClock()
    distributions = Distributions(clock)
    push = distributions.start(1)
    push.outstanding.add("slow")
    push.reached.add("slow")
    async with TaskGroup() as tasks:
        waiting = tasks.start(distributions.wait_for(1, 3), "wait")
        await clock.advance(3.1)
        outcome = await waiting
    assert not outcome.complete
    assert outcome.waiting == ("slow",)


async def test_a_change_that_concerns_nobody_is_complete() -> None:
    distributions = Distributions(FakeClock())
    distributions.sent(distributions.start(5))
    outcome = await distributions.wait_for(4, 60)
    assert (outcome.complete, outcome.proxies) == (True, 0)
    assert not distributions.outcome(6).complete


async def test_a_proxy_that_goes_away_is_not_waited_for() -> None:
    distributions = Distributions(FakeClock())
    push = distributions.start(1)
    push.outstanding.add("a")
    push.reached.add("a")
    distributions.settle(push, "a", answered=False)
    outcome = distributions.outcome(1)
    assert (outcome.complete, outcome.proxies) == (True, 0)


def test_a_postponed_revision_is_out_with_the_push_that_has_it() -> None:
    distributions = Distributions(FakeClock())
    distributions.postpone([5])
    distributions.start(5)
    distributions.start(6)
    assert [distributions.outcome(each).complete for each in (4, 5, 6)] == [True, False, True]
    assert [distributions.outcome(6, first=each).postponed for each in (4, 6)] == [True, False]
    distributions.postpone([])
    push = distributions.start(6)
    push.reached.add("a")
    assert [distributions.outcome(each).proxies for each in (4, 5, 6)] == [0, 1, 0]
    assert distributions.outcome(6, first=4).proxies == 1
    for revision in range(7, 7 + 2 * KEPT):
        distributions.start(revision)
    assert distributions.outcome(5).complete
