"""Random edits and faults: what the server has acknowledged is never lost, and what waits arrives in the end.

A small client keeps its changes in an outbox until they are acknowledged. Faults: an answer that never comes although the draft was
stored (so it is delivered twice), a request that never arrives, a second tab that takes over and writes, a conflict in which the
reader keeps the own version.
"""

import random
import uuid
from datetime import timedelta

import pytest

from reader_study.models import Assignment, DraftRevision
from reader_study.refusal import StudyRefused
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.own_assignment import take_over
from reader_study.services.save_draft import DraftRequest, save_draft
from tests.reader_study.studies.study_factory import START, MadeStudy, answers, make_study, opened, second_read_body

FAULTS = ("none", "none", "lost request", "lost answer", "other tab")


class Tab:
    """One browser tab with its outbox."""

    def __init__(self, made: MadeStudy, case: Assignment, name: str) -> None:
        self.made, self.case, self.name = made, case, name
        self.revision, self.body, self.waiting = 0, answers(0), False
        self.key = ""

    def edit(self, rating: int) -> None:
        self.body, self.key, self.waiting = answers(float(rating)), uuid.uuid4().hex, True

    def send(self, fault: str, now: object) -> None:
        if fault == "lost request":
            return
        request = DraftRequest("unaided", self.revision, self.body, self.key, self.name)
        try:
            saved = save_draft(self.made.readers[0], self.made.study, self.case.pk, request, now)  # type: ignore[arg-type]
        except StudyRefused as refused:
            if refused.code == "other_tab":
                take_over(self.case.session, self.name, now)  # type: ignore[arg-type]
            elif refused.code == "draft_conflict":
                self.revision, self.key = refused.more["server"]["revision"], uuid.uuid4().hex
            return
        if fault != "lost answer":
            self.revision, self.waiting = saved.revision, False


@pytest.mark.slow
@pytest.mark.django_db
def test_no_sequence_of_edits_and_faults_loses_an_answer() -> None:
    made = opened(make_study(second_read_body(), cases=40, readers=1))
    user, generator, now = made.readers[0], random.Random(11), START
    open_session(user, user.reader_in.get().sessions.get(), now)
    case = next_assignment(user, made.study, "a", now).assignment
    assert case is not None
    for sequence in range(60):
        tabs = [Tab(made, case, "a"), Tab(made, case, "b")]
        newest = DraftRevision.objects.filter(reading__assignment=case).first()
        for tab in tabs:
            tab.revision = newest.revision if newest else 0
        active = tabs[0]
        for _ in range(generator.randint(3, 10)):
            fault = generator.choice(FAULTS)
            if fault == "other tab":
                active = tabs[1] if active is tabs[0] else tabs[0]
            active.edit(generator.randint(0, 100))
            now += timedelta(seconds=1)
            active.send(fault, now)
        for _ in range(6):  # back online: the outbox is sent until it is empty
            if active.waiting:
                now += timedelta(seconds=1)
                active.send("none", now)
        stored = DraftRevision.objects.filter(reading__assignment=case).order_by("-revision")
        assert not active.waiting, sequence
        assert stored[0].body["ratings"]["lung_opacity"]["rating"] == active.body["ratings"]["lung_opacity"]["rating"]
    revisions = list(
        DraftRevision.objects.filter(reading__assignment=case).order_by("revision").values_list("revision", flat=True)
    )
    assert revisions == list(range(1, len(revisions) + 1))
