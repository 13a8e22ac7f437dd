"""A model of invitation, mail jobs, a mail server that loses lines, and stale desks, driven by Hypothesis.

Checks INV-13 (no mail after stop/revoke/registered; each mail at most once, twice only after an unknown outcome), INV-14
(terminal states stay) and INV-15 (a stale resend never restarts mail). Three deliberately wrong designs must be caught,
and a run that does not reach the interesting transitions fails.
"""

from __future__ import annotations

import dataclasses
import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from brokerdesk.models.rules.reminders import SendTimes, in_window
from brokerdesk.models.values.smtp import SmtpReply, SmtpStage, classify
from brokerdesk.models.values.states import INVITATION_TRANSITIONS
from brokerdesk.models.values.states import InvitationState as S
from brokerdesk.portal.domain import invitation as rules
from brokerdesk.portal.domain import mail_jobs as jobs

TIMES = SendTimes()
START = datetime(2026, 3, 20, 7, 30, tzinfo=UTC)  # the week holds a change to summer time
FINAL = {S.REGISTERED, S.REVOKED}
FULL = bool(os.environ.get("BROKERDESK_TEST_FULL"))
RUNS = 30_000 if FULL else 1_200
FLOOR = 50 if FULL else 5


class Violation(AssertionError):  # noqa: N818 - named after what it reports
    """An invariant was broken."""


@dataclasses.dataclass
class World:
    """One invitation with everything around it. `fault` names a deliberately wrong design."""

    seed: int | random.Random
    fault: str = ""
    hits: Counter[tuple[str, str]] = dataclasses.field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = self.seed if isinstance(self.seed, random.Random) else random.Random(self.seed)
        self.now = START + timedelta(hours=self.chance.randrange(48))
        link = self.chance.random() < 0.15
        draft = rules.Invitation(
            party_id="p",
            email="anna@kunde.example",
            channel=rules.Channel.LINK if link else rules.Channel.MAIL,
            reminders=self.chance.random() < 0.85,
        )
        self.jobs: list[jobs.MailJob] = []
        self.invitation = draft
        self.sent: Counter[rules.MailOrder] = Counter()
        self.unknown: set[rules.MailOrder] = set()
        self.last_mail: datetime | None = None
        self.silenced_attempts: set[int] = set()
        self.stale = {"state": "sent", "attempt": 1}
        self._take("submit_link" if link else "submit", rules.submit(draft, self.now))

    # what the portal does

    def _take(self, event: str, step: rules.Step) -> None:
        before = self.invitation.state
        if before in FINAL and step.invitation.state is not before:
            raise Violation("INV-14")
        if step.invitation.state is not before or event in {"resend", "new_link"}:
            self.hits[event, before.value] += 1
        self.invitation = step.invitation
        if step.cancel_mails:
            self.jobs = [
                jobs.closed(j, jobs.JobState.CANCELLED) if j.state is jobs.JobState.PENDING else j for j in self.jobs
            ]
        for order in step.orders:
            self.jobs.append(jobs.job_for(order, now=self.now, t0=self.invitation.invited_at, times=TIMES))

    def tick(self, minutes: int) -> None:
        """Time passes, then the worker runs once."""
        self.now += timedelta(minutes=minutes)
        if self.invitation.expires_at and self.now >= self.invitation.expires_at:
            self._try("expire", lambda: rules.expire(self.invitation))
        for place, job in enumerate(self.jobs):
            if job.state is jobs.JobState.CLAIMED and job.lease_until and job.lease_until <= self.now:
                self._settled(place, jobs.lost(job, self.now))
                self.unknown.add(job.order)
        for place in range(len(self.jobs)):
            if self.jobs[place].state is jobs.JobState.PENDING:
                self._work(place)

    def _work(self, place: int) -> None:
        job = self.jobs[place]
        decision = jobs.decide(job, self.invitation, self.now, times=TIMES, last_mail=self.last_mail)
        if (
            self.fault == "no re-check at claim"
            and decision.verdict is jobs.Verdict.CANCEL
            and job.next_try <= self.now
        ):
            decision = jobs.Decision(jobs.Verdict.SEND)
        match decision.verdict:
            case jobs.Verdict.CANCEL:
                self.jobs[place] = jobs.closed(job, jobs.JobState.CANCELLED)
            case jobs.Verdict.SKIP:
                self.jobs[place] = jobs.closed(job, jobs.JobState.SKIPPED)
            case jobs.Verdict.WAIT:
                assert decision.until
                self.jobs[place] = jobs.postponed(job, decision.until)
            case jobs.Verdict.SEND:
                self.jobs[place] = jobs.claim(job, self.now)
                self._deliver(place)

    def _deliver(self, place: int) -> None:
        """The worker is about to talk SMTP: things happen meanwhile; then the server answers or the worker dies."""
        job = self.jobs[place]
        self._check_leaving(job)
        roll = self.chance.random()
        if roll < 0.12:  # killed after the mail left, or before: the lease runs out
            if self.chance.random() < 0.5:
                self._arrived(job.order)
            return
        reply = self._answer(job.order, roll)
        if self.chance.random() < 0.2:
            self.desk()
        if reply.outcome.value == "unknown":
            self.unknown.add(job.order)
        settled = jobs.settle(job, reply, self.now, times=TIMES)
        if self.fault == "endless repeat after unknown" and reply.outcome.value == "unknown":
            settled = jobs.Settled(job=jobs.postponed(dataclasses.replace(job, state=jobs.JobState.PENDING), self.now))
        self._settled(place, settled)

    def _answer(self, order: rules.MailOrder, roll: float) -> SmtpReply:
        if roll < 0.60:
            self._arrived(order)
            return classify(SmtpStage.END_OF_DATA, 250)
        if roll < 0.78:
            if self.chance.random() < 0.7:
                self._arrived(order)
            return classify(SmtpStage.END_OF_DATA, None)
        if roll < 0.90:
            return classify(SmtpStage.RECIPIENT, 451)
        return classify(SmtpStage.RECIPIENT, 550)

    def _settled(self, place: int, settled: jobs.Settled) -> None:
        # the job may have been called off while it was talking; its outcome counts all the same
        self.jobs[place] = settled.job
        order = settled.job.order
        if settled.tell == "accepted":
            self.last_mail = self.now
            event = rules._EVENT_OF[order.stage]
            self._take(
                event,
                rules.mail_accepted(self.invitation, order, self.now, possibly_twice=settled.possibly_twice),
            )
        elif settled.tell:
            self._take(
                "bounce",
                rules.mail_failed(self.invitation, order, outcome=settled.tell, code=settled.job.last_code or ""),
            )

    # what people do

    def _try(self, event: str, make: object) -> None:
        try:
            step = make()  # type: ignore[operator]
        except rules.TransitionRefused:
            return
        self._take(event, step)

    def desk(self) -> None:
        """One op of a desk or a registration, with a fresh or a stale view of the invitation."""
        inv = self.invitation
        fresh = {"state": inv.state.value, "attempt": inv.attempt}
        event = self.chance.choices(
            ["register", "stop", "revoke", "resend", "resend_restart", "new_link", "stale", "look"],
            weights=[5, 12, 5, 16, 22, 14, 15, 10],
        )[0]
        if event == "look":
            self.stale = fresh
        elif event == "stale":
            self._stale_resend()
        elif event == "register":
            self._try(event, lambda: rules.register(inv, self.now))
        elif event == "stop":
            self._try(event, lambda: rules.stop(inv, self.now, by="Anna"))
        elif event == "revoke":
            self._try(event, lambda: rules.revoke(inv, self.now))
        elif event == "new_link":
            self._try(event, lambda: rules.new_link(inv))
        else:
            restart = event == "resend_restart"
            self._try(event, lambda: rules.resend(inv, self.now, expect=fresh, restart_series=restart))

    def _stale_resend(self) -> None:
        inv, expect = self.invitation, self.stale
        current = {"state": inv.state.value, "attempt": inv.attempt}
        given = current if self.fault == "resend without expect" else expect
        try:
            step = rules.resend(inv, self.now, expect=given, restart_series=True)
        except rules.TransitionRefused:
            return
        if expect != current:
            raise Violation("INV-15")
        self._take("resend_restart", step)

    # what must hold

    def _check_leaving(self, job: jobs.MailJob) -> None:
        inv, order = self.invitation, job.order
        if inv.state in {S.STOPPED, S.BOUNCED, S.EXPIRED, *FINAL} or order.attempt != inv.attempt:
            raise Violation("INV-13: mail after the end of the series")
        if order.stage is not rules.Stage.INVITE:
            if not in_window(self.now, TIMES):
                raise Violation("reminder outside the window")
            if self.last_mail and self.now - self.last_mail < timedelta(hours=20):
                raise Violation("two mails within 20 hours")
            if self.now - job.due > timedelta(days=3):
                raise Violation("reminder more than three days late")

    def _arrived(self, order: rules.MailOrder) -> None:
        self.sent[order] += 1
        limit = 2 if order in self.unknown or self._lease_lost(order) else 1
        if self.sent[order] > limit:
            raise Violation("INV-13: mail repeated")

    def _lease_lost(self, order: rules.MailOrder) -> bool:
        return any(j.order == order and j.unknowns for j in self.jobs)


def run(seed: int, fault: str = "") -> World:
    """One life of an invitation of up to 40 days."""
    world = World(seed, fault)
    rate = world.chance.choice([0.02, 0.1, 0.3, 0.3])
    outage = world.chance.random() < 0.3
    for _ in range(60):
        late = world.invitation.state is S.REMINDER2 and rate < 0.3
        if world.chance.random() < (0.3 if late else rate):
            world.desk()
        pause = world.chance.choice([1, 7, 20, 60, 300, 720, 1440, 2 * 1440])
        if outage and world.chance.random() < 0.1:
            pause = 31 * 1440
        world.tick(pause)
    return world


def test_no_invariant_breaks_and_every_transition_is_reached() -> None:
    hits: Counter[tuple[str, str]] = Counter()
    for seed in range(RUNS):
        hits.update(run(seed).hits)
    legal = {
        (event, state.value)
        for event, moves in INVITATION_TRANSITIONS.items()
        for state in moves
        if not (event == "revoke" and state is S.DRAFT)  # a draft never reaches the portal
    }
    assert set(hits) <= legal
    rare = {move: hits[move] for move in legal if hits[move] < FLOOR}
    assert not rare, rare


@pytest.mark.parametrize("fault", ["no re-check at claim", "endless repeat after unknown", "resend without expect"])
def test_a_wrong_design_is_caught(fault: str) -> None:
    def broken(seed: int) -> bool:
        try:
            run(seed, fault)
        except Violation:
            return True
        return False

    assert any(broken(seed) for seed in range(60))


class InvitationMachine(RuleBasedStateMachine):
    """The same world, its chances and its order of events chosen (and shrunk) by Hypothesis."""

    @initialize(chance=st.randoms(use_true_random=False))
    def begin(self, chance: random.Random) -> None:
        """A fresh invitation."""
        self.world = World(chance)

    @rule(minutes=st.sampled_from([1, 7, 20, 60, 300, 1440, 3 * 1440]))
    def time_passes(self, minutes: int) -> None:
        """The worker runs."""
        self.world.tick(minutes)

    @rule()
    def somebody_acts(self) -> None:
        """A desk or the customer."""
        self.world.desk()


InvitationMachine.TestCase.settings = settings(
    max_examples=300 if FULL else 40, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
TestInvitationMachine = InvitationMachine.TestCase
