"""The panel: independent votes, a third voter or a consensus meeting for discordant cases."""

from datetime import datetime
from typing import Any

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import Case, Study, Truth, TruthRegion, TruthVote
from reader_study.reading_body import checked_box
from reader_study.refusal import StudyRefused, require
from reader_study.sent_bodies import Names, Regions, TruthStatus
from reader_study.services.own_assignment import study_body
from reader_study.truth_regions import Box, merge_boxes
from webapp import audit
from webapp.accounts.models import User
from webapp.sent_body import read_value

State, Status = Truth.State, Truth.Status


def prepare_truths(study: Study) -> None:
    """A draft truth for every finding of every case that has none, so that the panel has its list."""
    codes = [row["code"] for row in study_body(study)["findings"]]
    known = set(Truth.objects.filter(case__study=study).values_list("case_id", "finding"))
    rule = study_body(study)["truth"]["rule"]
    Truth.objects.bulk_create(
        Truth(case=case, finding=code, rule=rule)
        for case in study.cases.filter(voided_at=None)
        for code in codes
        if (case.pk, code) not in known
    )


def truth_queue(user: User, study: Study) -> list[Truth]:
    """Truths that wait for this member's vote: not decided yet, not voted on by the member, and not full of votes."""
    require(policy.may_vote(user, study))
    prepare_truths(study)
    needed = study_body(study)["truth"]["votes"]
    rows = Truth.objects.filter(case__study=study, case__voided_at=None, source=Truth.Source.PANEL)
    waiting = []
    for truth in (
        rows.exclude(state__in=(State.ADJUDICATED, State.FROZEN)).select_related("case").prefetch_related("votes")
    ):
        votes = [vote for vote in truth.votes.all() if vote.kind == TruthVote.Kind.VOTE]
        wanted = needed + (1 if truth.is_discordant and truth.rule == "two_plus_one" else 0)
        if len(votes) < wanted and all(vote.member_id != user.pk for vote in votes):
            waiting.append(truth)
    return waiting


def vote_truth(
    user: User,
    study: Study,
    truth: Truth,
    status: object,
    regions: object,
    note: object = "",
    now: datetime | None = None,
) -> TruthVote:
    """One vote, never changed. The truth is decided as soon as the votes allow it."""
    require(policy.may_vote(user, study))
    now = now or clock.now()
    with transaction.atomic():
        truth = Truth.objects.select_for_update().select_related("case__image", "case__study").get(pk=truth.pk)
        _require_undecided(truth)
        if truth.votes.filter(member=user, kind=TruthVote.Kind.VOTE).exists():
            raise StudyRefused("already_voted", "You have voted on this case.")
        vote = TruthVote(
            truth=truth,
            member=user,
            status=checked_status(status),
            regions=checked_regions(regions, status, truth.case),
            note=str(note or "")[:2000],
            seen_at=now,
            created_by=user,
        )
        vote.save()
        _decide(truth, user)
        audit.record(user, "study.vote", f"truth:{truth.pk}", purpose="reader study")
    return vote


def adjudicate_truth(
    user: User, study: Study, truth: Truth, status: object, regions: object, attendees: object, note: object = ""
) -> Truth:
    """The consensus meeting, or the chair's drawing: stored as a vote with its attendees, and decides."""
    require(policy.may_adjudicate(user, study))
    read_value(Names, attendees, "attendees", StudyRefused)
    with transaction.atomic():
        truth = Truth.objects.select_for_update().select_related("case__image").get(pk=truth.pk)
        _require_undecided(truth)
        if truth.votes.filter(kind=TruthVote.Kind.VOTE).count() < 2:
            raise StudyRefused("too_few_votes", "At least two independent votes come before a decision of the chair.")
        boxes = checked_regions(regions, status, truth.case)
        TruthVote(
            truth=truth,
            member=user,
            kind=TruthVote.Kind.CONSENSUS,
            status=checked_status(status),
            regions=boxes,
            attendees=attendees,
            note=str(note or "")[:2000],
            seen_at=clock.now(),
            created_by=user,
        ).save()
        settle(truth, str(status), boxes, user)
        audit.record(user, "study.adjudicate", f"truth:{truth.pk}", purpose="reader study")
    return truth


def settle(truth: Truth, status: str, boxes: list[Box], user: User, weights: list[float] | None = None) -> None:
    """Stores the decision: status, and regions with weights (equal by default) where the finding is present."""
    truth.status, truth.state = status, State.ADJUDICATED
    truth.save(update_fields=["status", "state"])
    TruthRegion.objects.bulk_create(
        TruthRegion(truth=truth, order=k, weight=weights[k] if weights else 1 / len(boxes), created_by=user, **box)
        for k, box in enumerate(boxes)
    )


def checked_status(status: object) -> str:
    return str(read_value(TruthStatus, status, "status", StudyRefused))


def checked_regions(regions: object, status: object, case: Case) -> list[Box]:
    """Boxes inside the image, only where the finding is present. Raises StudyRefused."""
    boxes = read_value(Regions, regions, "regions", StudyRefused) or []
    if boxes and status != Status.POSITIVE:
        raise StudyRefused("not_allowed", "regions go with status 1 only", "regions", 400)
    return [
        checked_box(row.model_dump(), f"regions[{k}]", case.image.columns, case.image.rows)
        for k, row in enumerate(boxes)
    ]


def _require_undecided(truth: Truth) -> None:
    if truth.state in (State.ADJUDICATED, State.FROZEN):
        raise StudyRefused("wrong_state", f"This truth is {truth.state}.")


def _decide(truth: Truth, user: User) -> None:
    """Concordant votes decide; discordant ones ask for a third voter (2+1) or the consensus meeting. Boxes that do not
    merge are left to the chair."""
    part: dict[str, Any] = study_body(truth.case.study)["truth"]
    votes = list(truth.votes.filter(kind=TruthVote.Kind.VOTE).order_by("created_at"))
    if len(votes) < part["votes"]:
        return
    truth.state = State.VOTED
    statuses = [vote.status for vote in votes]
    winner = max(set(statuses), key=statuses.count)
    is_unanimous = len(set(statuses)) == 1
    truth.is_discordant = not is_unanimous
    truth.save(update_fields=["state", "is_discordant"])
    has_majority = (
        truth.rule == "two_plus_one" and len(votes) > part["votes"] and statuses.count(winner) > len(votes) / 2
    )
    if not is_unanimous and not has_majority:
        return
    boxes = _common_boxes([vote.regions for vote in votes if vote.status == winner], part["merge_iou"])
    if boxes is not None:
        settle(truth, winner, boxes, user)


def _common_boxes(drawn: list[list[Box]], threshold: float) -> list[Box] | None:
    """Mean boxes of the first two voters that agree; None: the chair draws."""
    if not any(drawn):
        return []
    for i in range(len(drawn)):
        for j in range(i + 1, len(drawn)):
            merged = merge_boxes(drawn[i], drawn[j], threshold)
            if merged:
                return merged
    return None
