"""Truth as a panel member sees it: the own vote, and for the chair the votes of a case that waits for a decision."""

from reader_study.models import Truth, TruthVote
from reader_study.reading_bodies import TruthDocument, TruthRow, VoteDocument
from reader_study.services.own_assignment import study_body
from webapp.accounts.models import User


def truth_row(truth: Truth, user: User) -> TruthRow:
    """One line of the panel's list."""
    own = truth.votes.filter(member=user, kind=TruthVote.Kind.VOTE).first()
    return {
        "id": str(truth.pk),
        "case": truth.case.code,
        "finding": truth.finding,
        "columns": truth.case.image.columns,
        "rows": truth.case.image.rows,
        "my_vote": vote_document(own) if own else None,
    }


def truth_document(truth: Truth, user: User, *, is_chair: bool) -> TruthDocument:
    """The votes of others only for the chair, only once all needed votes are in and they do not decide."""
    base = f"/api/studies/{truth.case.study_id}/truth/{truth.pk}/"
    labels = {row["code"]: row["label"] for row in study_body(truth.case.study)["findings"]}
    found: TruthDocument = {
        **truth_row(truth, user),
        "label": labels.get(truth.finding, truth.finding),
        "state": truth.state,
        "urls": {name: f"{base}{name}/" for name in ("header", "frame", "vote", "adjudicate")},
    }
    if is_chair and truth.state == Truth.State.VOTED:
        found["votes"] = [vote_document(vote) for vote in truth.votes.order_by("id")]
    return found


def vote_document(vote: TruthVote) -> VoteDocument:
    """Without the voter's name."""
    return {"kind": vote.kind, "status": vote.status, "regions": vote.regions, "note": vote.note}
