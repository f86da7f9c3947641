"""The job queue, in every ledger: whose turn it is, and what ends, repeats and prunes a job."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from ledger_rows import ANN, P, Ticks, acceptance, ids, job, key, message, summary
from twohop.errors import Conflict, NotFound, RequestIdReused, StaleRead
from twohop.graph.model import Job, JobKind, JobState, Scope
from twohop.graph.store import LEASE, Acceptance, Accepted, Changes, JobUpdate, Ledger, Outdated, Run

BOB = Scope(user_id="bob")
LATER = 9_000

Successor: TypeAlias = Callable[[], Awaitable[Ledger]]


def of_run(run: str, *, user: str = "ann") -> Scope:
    return Scope(user_id=user, run_id=run)


async def accepted(ledger: Ledger, name: str, scope: Scope = ANN, state: JobState = JobState.PENDING) -> Accepted:
    """One message and its job, which has the same name."""
    one = replace(job(name, scope=scope, state=state), session=scope.session, run=int(state is JobState.RUNNING))
    return await ledger.accept(Acceptance(scope=scope, messages=(message(f"m-{name}", scope=scope),), job=one))


async def stored(ledger: Ledger, job_id: str, partition: str = P) -> Job:
    found = await ledger.job(partition, job_id)
    assert found is not None
    return found


async def test_jobs_are_claimed_once_oldest_first(ledger: Ledger, clock: Ticks) -> None:
    """Due jobs are claimed oldest first, each by one caller, in a new run."""
    for name in ("c", "a", "b"):
        clock.now += 1
        await accepted(ledger, name, of_run(name))
    await ledger.update_job(P, JobUpdate(id="a", state=JobState.PENDING, retry_after=LATER))

    clock.now += LATER - 1
    (first,) = await ledger.claim_jobs(1)
    assert (first.id, first.state, first.run, first.attempts) == ("c", JobState.RUNNING, 1, 0)
    claims = await asyncio.gather(*(ledger.claim_jobs(1) for _ in range(4)))
    assert [one.id for claim in claims for one in claim] == ["b"]
    clock.now += 1
    assert ids(await ledger.claim_jobs(5)) == ["a"]


async def test_the_jobs_of_a_session_take_turns(ledger: Ledger, clock: Ticks) -> None:
    """The next job of a session waits while an earlier one runs or waits for another try; other sessions don't."""
    for name in ("a1", "a2"):
        await accepted(ledger, name)
    await accepted(ledger, "b", of_run("other"))

    assert ids(await ledger.claim_jobs(9)) == ["a1", "b"]
    await ledger.update_job(P, JobUpdate(id="a1", state=JobState.PENDING, retry_after=LATER, attempts=1))
    assert ids(await ledger.claim_jobs(9)) == []
    first = await ledger.first_job(P, JobKind.ADD, "default")
    assert first is not None
    assert (first.id, first.attempts, first.not_before) == ("a1", 1, clock.now + LATER)
    clock.now += LATER
    assert ids(await ledger.claim_jobs(9)) == ["a1"]


@pytest.mark.parametrize("end", [JobState.DONE, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED])
async def test_a_final_job_holds_nobody_back(ledger: Ledger, end: JobState) -> None:
    """However a job ended, the next one of its session is due."""
    for name in ("a1", "a2"):
        await accepted(ledger, name)
    await ledger.claim_jobs(1)
    await ledger.update_job(P, JobUpdate(id="a1", state=end))

    assert ids(await ledger.claim_jobs(9)) == ["a2"]
    assert await ledger.first_job(P, JobKind.SUMMARY, "default") is None


async def test_a_job_to_run_at_once_waits_for_those_before_it(ledger: Ledger) -> None:
    """Accepted as RUNNING, a job is stored so only if its session has no unfinished one."""
    first = await accepted(ledger, "a1", state=JobState.RUNNING)
    second = await accepted(ledger, "a2", state=JobState.RUNNING)
    other = await accepted(ledger, "b", of_run("other"), JobState.RUNNING)

    assert [(one.job.state, one.job.run) for one in (first, second, other)] == [
        (JobState.RUNNING, 1),
        (JobState.PENDING, 0),
        (JobState.RUNNING, 1),
    ]
    assert await stored(ledger, "a2") == second.job


async def test_a_replayed_job_never_runs_beside_a_later_one(ledger: Ledger) -> None:
    """A job that is queued again goes first in its session, but only once a later one that runs is done."""
    for name in ("a1", "a2"):
        await accepted(ledger, name)
    await ledger.cancel_job(P, "a1")
    assert ids(await ledger.claim_jobs(9)) == ["a2"]
    await ledger.replay_job(P, "a1")

    assert ids(await ledger.claim_jobs(9)) == []
    await ledger.update_job(P, JobUpdate(id="a2", state=JobState.DONE))
    assert ids(await ledger.claim_jobs(9)) == ["a1"]


async def test_owners_take_turns_within_their_bounds(ledger: Ledger, clock: Ticks) -> None:
    """Each owner gets one job a round, beginning behind the one served last, and no more than its share."""
    for n in range(6):
        await accepted(ledger, f"a{n}", of_run(str(n)))
    clock.now += 1
    for n in range(6):
        await accepted(ledger, f"b{n}", of_run(str(n), user="bob"))
    low, high = sorted((("a", P), ("b", BOB.partition)), key=lambda owner: owner[1])

    first = await ledger.claim_jobs(3, per_owner=3)
    assert ids(first) == [f"{low[0]}0", f"{high[0]}0", f"{low[0]}1"]
    rest = await ledger.claim_jobs(9, per_owner=3, after=low[1])
    assert ids(rest) == [f"{high[0]}1", f"{low[0]}2", f"{high[0]}2"]


async def test_kinds_are_claimed_apart(ledger: Ledger) -> None:
    """A summary neither waits for the adds of its session nor holds them back, and there is one at a time."""
    await accepted(ledger, "a1")
    one = Job(id="s1", partition=P, kind=JobKind.SUMMARY, state=JobState.PENDING, payload={})

    assert await ledger.queue_job(one)
    assert not await ledger.queue_job(replace(one, id="s2"))
    assert ids(await ledger.claim_jobs(9, kind=JobKind.SUMMARY)) == ["s1"]
    assert ids(await ledger.claim_jobs(9)) == ["a1"]
    assert not await ledger.queue_job(replace(one, id="s2"))
    await ledger.update_job(P, JobUpdate(id="s1", state=JobState.DONE))
    assert await ledger.queue_job(replace(one, id="s2"))


async def test_the_jobs_of_a_dead_process_are_released(ledger: Ledger, successor: Successor) -> None:
    """What it was working on waits again, claimed or accepted to run at once; final jobs stay as they are."""
    await accepted(ledger, "a")
    await accepted(ledger, "b", of_run("other"))
    await ledger.claim_jobs(2)
    await accepted(ledger, "c", of_run("third"), JobState.RUNNING)
    await ledger.update_job(P, JobUpdate(id="b", state=JobState.DONE))

    assert await ledger.release_jobs() == 0, "a living process keeps its own"
    other = await successor()
    assert await other.claim_jobs(9) == []
    assert await other.release_jobs() == 2
    assert await other.release_jobs() == 0
    again = await other.claim_jobs(9)
    assert [(one.id, one.run, one.attempts) for one in again] == [("a", 2, 0), ("c", 2, 0)]
    assert await other.release_jobs() == 0


async def test_a_run_that_its_process_was_never_told_of_is_released(ledger: Ledger, clock: Ticks) -> None:
    """A process that took a job and got no answer gives it back after a lease; what it works on it keeps."""
    await accepted(ledger, "a")
    await accepted(ledger, "b", of_run("other"))
    taken = {one.id: Run(P, one.id, one.run) for one in await ledger.claim_jobs(2)}
    assert await ledger.release_jobs() == 0, "it may be about to begin"

    clock.now += 2 * LEASE
    assert await ledger.release_jobs([taken["a"], taken["b"]]) == 0
    assert await ledger.release_jobs([taken["a"]]) == 1
    assert [(one.id, one.run) for one in await ledger.claim_jobs(9)] == [("b", 2)]


async def test_a_run_that_was_lost_writes_nothing(ledger: Ledger, successor: Successor, clock: Ticks) -> None:
    """Renewed runs stay as long as they are renewed; one that another process took is not won back by renewing it."""
    await accepted(ledger, "a")
    (old,) = await ledger.claim_jobs(1)
    for _ in range(3):
        clock.now += LEASE // 2
        await ledger.renew([Run(P, "a", old.run)])
        assert await ledger.release_jobs([Run(P, "a", old.run)]) == 0
    other = await successor()
    await other.release_jobs()
    (new,) = await other.claim_jobs(1)

    await other.renew([Run(P, "a", old.run), Run(P, "unknown", 1)])
    for run, done in ((old.run, False), (new.run, True)):
        changes = Changes(partition=P, job=JobUpdate(id="a", state=JobState.DONE, run=run))
        if done:
            await other.commit(changes)
        else:
            with pytest.raises(Conflict):
                await other.commit(changes)


async def test_job_updates_leave_what_they_do_not_name(ledger: Ledger, clock: Ticks) -> None:
    """A job's state and error are written; payload, usage and attempts only when given; also within a commit."""
    await accepted(ledger, "a")
    clock.now = 2_000
    later = JobUpdate(id="a", state=JobState.PENDING, error="later", usage={"calls": 1}, attempts=2)
    await ledger.update_job(P, later)
    first = await stored(ledger, "a")
    await ledger.commit(Changes(partition=P, job=JobUpdate(id="a", state=JobState.DONE, payload={"n": 1})))
    second = await stored(ledger, "a")

    assert (first.error, first.payload, first.usage, first.updated_at) == ("later", {"ids": ["x"]}, {"calls": 1}, 2_000)
    assert (second.state, second.error, second.payload, second.usage) == (JobState.DONE, "", {"n": 1}, {"calls": 1})
    assert (first.attempts, second.attempts) == (2, 2)
    assert second.updated_at > first.updated_at
    with pytest.raises(NotFound):
        await ledger.update_job(P, JobUpdate(id="unknown", state=JobState.DONE))


async def test_nothing_of_a_cancelled_job_is_written(ledger: Ledger) -> None:
    """A commit, an update or a summary of a run that is over is refused whole, also when the job runs again."""
    await accepted(ledger, "a")
    (old,) = await ledger.claim_jobs(1)
    late = JobUpdate(id="a", state=JobState.DONE, run=old.run)
    await ledger.cancel_job(P, "a")
    cancelled = await ledger.owner(P)
    for again in (False, True):
        if again:
            await ledger.replay_job(P, "a")
            await ledger.claim_jobs(1)
            cancelled = await ledger.owner(P)
        with pytest.raises(Conflict):
            await ledger.commit(Changes(partition=P, vocabulary={"late": "late"}, job=late))
        with pytest.raises(Conflict):
            await ledger.update_job(P, late)
        with pytest.raises(Conflict):
            await ledger.set_summary(P, summary("late", job=late))
        assert await ledger.owner(P) == cancelled
        assert await ledger.vocabulary(P) == ([], 0)
    await ledger.commit(Changes(partition=P, job=replace(late, run=old.run + 1)))
    assert (await stored(ledger, "a")).state is JobState.DONE


async def test_cancelling_ends_what_is_not_final(ledger: Ledger) -> None:
    """Waiting and running jobs are CANCELLED, final ones stay; the same request id again does nothing."""
    await accepted(ledger, "a")
    await accepted(ledger, "b")
    await ledger.claim_jobs(1)

    running = await ledger.cancel_job(P, "a", key("r1", method="cancel"))
    waiting = await ledger.cancel_job(P, "b")
    assert (running.state, waiting.state) == (JobState.CANCELLED, JobState.CANCELLED)
    await ledger.replay_job(P, "a")
    assert (await ledger.cancel_job(P, "a", key("r1", method="cancel"))).state is JobState.PENDING
    await ledger.update_job(P, JobUpdate(id="a", state=JobState.DONE))
    assert (await ledger.cancel_job(P, "a")).state is JobState.DONE
    with pytest.raises(RequestIdReused):
        await ledger.cancel_job(P, "b", key("r1", "another body", method="cancel"))
    with pytest.raises(NotFound):
        await ledger.cancel_job(BOB.partition, "a")


async def test_replay_queues_dead_letters_again(ledger: Ledger) -> None:
    """A FAILED job is PENDING with its payload, as if never tried; the same request id again does nothing."""
    await accepted(ledger, "a")
    dead = JobUpdate(id="a", state=JobState.FAILED, error="MODEL", attempts=8, payload={"left": 1})
    await ledger.update_job(P, dead)

    again = await ledger.replay_job(P, "a", key("r1", method="replay"))
    assert (again.state, again.attempts, again.error, again.payload, again.not_before) == (
        JobState.PENDING, 0, "", {"left": 1}, 0,
    )  # fmt: skip
    with pytest.raises(Conflict):
        await ledger.replay_job(P, "a")
    await ledger.update_job(P, dead)
    assert (await ledger.replay_job(P, "a", key("r1", method="replay"))).state is JobState.FAILED
    with pytest.raises(NotFound):
        await ledger.replay_job(BOB.partition, "a")


async def test_jobs_are_listed_newest_first_page_by_page(ledger: Ledger, clock: Ticks) -> None:
    """Jobs of an owner, or of a tenant, come newest first with their owners; never those of another tenant."""
    other = Scope(tenant="other", user_id="ann")
    for name, scope in (("a1", ANN), ("b1", BOB), ("x", other), ("a2", ANN)):
        clock.now += 1
        await accepted(ledger, name, scope)
    await ledger.update_job(P, JobUpdate(id="a1", state=JobState.FAILED))

    first = await ledger.jobs("default", limit=2)
    second = await ledger.jobs("default", limit=2, after=first.next_key)
    assert [(one.scope, one.job.id) for one in (*first.items, *second.items)] == [
        (ANN, "a2"), (BOB, "b1"), (ANN, "a1"),
    ]  # fmt: skip
    assert second.next_key == ""
    assert [one.job.id for one in (await ledger.jobs("default", P)).items] == ["a2", "a1"]
    assert [one.job.id for one in (await ledger.jobs("default", states=[JobState.FAILED])).items] == ["a1"]
    assert [one.job.id for one in (await ledger.jobs("other")).items] == ["x"]
    assert (await ledger.jobs("other", P)).items == ()


async def test_outdated_rows_are_pruned_in_batches(ledger: Ledger, clock: Ticks) -> None:
    """Old request ids and final jobs go, dead letters later; what is unfinished or new stays."""
    ends = {"done": JobState.DONE, "partial": JobState.PARTIAL, "cancelled": JobState.CANCELLED}
    for name in (*ends, "dead", "waiting"):
        await accepted(ledger, name, of_run(name))
    for name, end in (*ends.items(), ("dead", JobState.FAILED)):
        await ledger.update_job(P, JobUpdate(id=name, state=end))
    await ledger.accept(acceptance("m1", request=key("old")))
    clock.now = 5_000
    await ledger.accept(acceptance("m2", request=key("new")))

    outdated = Outdated(requests=5_000, jobs=5_000, dead_letters=500)
    assert [await ledger.prune(outdated, 1), await ledger.prune(outdated, 1)] == [4, 0]
    assert {one.job.id for one in (await ledger.jobs("default")).items} == {"dead", "waiting", "job-m1", "job-m2"}
    assert not (await ledger.accept(acceptance("m3", request=key("old")))).repeated
    assert (await ledger.accept(acceptance("m2", request=key("new")))).repeated
    assert await ledger.prune(replace(outdated, dead_letters=5_000), 9) == 1


async def test_a_summary_is_queued_with_the_message_that_makes_it_due(ledger: Ledger) -> None:
    """With enough messages in no summary yet, an accept queues one, and never a second one beside it."""
    one = Job(id="s1", partition=P, kind=JobKind.SUMMARY, state=JobState.PENDING, payload={})
    due = [replace(acceptance(f"m{n}"), summary=replace(one, id=f"s{n}"), summary_after=2) for n in range(6)]

    for request in due[:3]:
        await ledger.accept(request)
    (queued,) = await ledger.claim_jobs(9, kind=JobKind.SUMMARY)
    assert (queued.id, queued.session) == ("s1", "default")
    done = JobUpdate(id="s1", state=JobState.DONE, run=queued.run)
    await ledger.set_summary(P, summary("three", count=3, job=done))
    await ledger.accept(due[3])
    assert await ledger.claim_jobs(9, kind=JobKind.SUMMARY) == []
    await ledger.accept(due[4])
    assert ids(await ledger.claim_jobs(9, kind=JobKind.SUMMARY)) == ["s4"]


async def test_sessions_wait_for_a_summary_since_their_first_new_message(ledger: Ledger, clock: Ticks) -> None:
    """A session is due once its oldest message without a summary is old enough, and not while a job is at it."""
    one = Job(id="s1", partition=P, kind=JobKind.SUMMARY, state=JobState.PENDING, payload={})
    await accepted(ledger, "a1")
    clock.now = 2_000
    await accepted(ledger, "a2")
    await accepted(ledger, "b", BOB)

    assert await ledger.unsummarised(1_000, 9) == [(P, "default")]
    assert await ledger.unsummarised(2_000, 1) == [(P, "default")]
    clock.now = 3_000
    assert await ledger.queue_job(one)
    assert await ledger.unsummarised(9_000, 9) == [(BOB.partition, "default")]
    await ledger.update_job(P, JobUpdate(id="s1", state=JobState.FAILED))
    assert await ledger.unsummarised(2_500, 9) == [(BOB.partition, "default")], "a failed one is not repeated at once"
    assert (P, "default") in await ledger.unsummarised(9_000, 9)
    await ledger.set_summary(P, summary("both", count=2))
    assert await ledger.unsummarised(9_000, 9) == [(BOB.partition, "default")]


async def test_summaries_replace_the_version_that_was_read(ledger: Ledger) -> None:
    """Of two writers that read the same version one is refused; author and covered messages stand with the text."""
    await accepted(ledger, "a")
    await ledger.set_summary(P, summary("one", count=1))
    with pytest.raises(StaleRead):
        await ledger.set_summary(P, summary("other", count=1))

    session = await ledger.session(P, "default")
    assert session is not None
    assert (session.summary, session.summary_version, session.summary_author, session.summarised_count) == (
        "one", 1, "extractive", 1,
    )  # fmt: skip
