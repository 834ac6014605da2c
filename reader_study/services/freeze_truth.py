"""Freeze the reference standard: one version per case and finding, hashed and chained."""

from collections import Counter
from typing import Any

from django.db import transaction

from reader_study import clock, policy
from reader_study.chain import append_lock
from reader_study.content import content_of
from reader_study.models import Lock, Study, Truth
from reader_study.refusal import StudyRefused, require
from reader_study.services.own_assignment import study_body
from webapp import audit
from webapp.accounts.models import User
from webapp.reveal.canonical_json import sha256_of

State = Truth.State


def newest_truths(study: Study) -> dict[tuple[str, str], Truth]:
    """Newest version by (case code, finding) of cases that are not voided."""
    rows = Truth.objects.filter(case__study=study, case__voided_at=None).select_related("case").order_by("version")
    return {(row.case.code, row.finding): row for row in rows}


def truth_status(study: Study) -> dict[str, Any]:
    """Counts by finding and state, for managers: never a status."""
    codes = [row["code"] for row in study_body(study)["findings"]]
    newest = newest_truths(study)
    cases = study.cases.filter(voided_at=None).count()
    found = {code: Counter(row.state for (_, finding), row in newest.items() if finding == code) for code in codes}
    return {
        "status": {code: {state: found[code].get(state, 0) for state in State.values} for code in codes},
        "discordant": sum(row.is_discordant and row.state == State.VOTED for row in newest.values()),
        "missing": sum(cases - found[code].total() for code in codes),
    }


def truth_gaps(study: Study) -> list[str]:
    """Case codes with a finding whose truth is not decided."""
    codes = [row["code"] for row in study_body(study)["findings"]]
    newest = newest_truths(study)
    ready = (State.ADJUDICATED, State.FROZEN)
    gaps = []
    for case in study.cases.filter(voided_at=None):
        rows = [newest.get((case.code, code)) for code in codes]
        if any(row is None or row.state not in ready for row in rows):
            gaps.append(case.code)
    return gaps


@transaction.atomic
def freeze_truth(user: User, study: Study) -> int:
    """How many truths were frozen now. Raises StudyRefused while a case has no decided truth."""
    require(policy.may_freeze_truth(user, study))
    if gaps := truth_gaps(study):
        text = f"{len(gaps)} cases have no decided truth: {', '.join(gaps[:5])}" + (" ..." if len(gaps) > 5 else "")
        raise StudyRefused("not_ready", text, problems=[{"code": "truth_open", "field": "truth", "text": text}])
    frozen = 0
    for truth in newest_truths(study).values():
        if truth.state != State.FROZEN:
            freeze_one(study, truth, user)
            frozen += 1
    audit.record(user, "study.freeze_truth", f"study:{study.pk}", purpose="reader study", count=frozen)
    return frozen


def freeze_one(study: Study, truth: Truth, user: User) -> None:
    """Hash, state and link of one truth; for this service and for amendments."""
    truth.sha256, truth.state = sha256_of(content_of(truth)), State.FROZEN
    truth.save(update_fields=["sha256", "state"])
    append_lock(study, Lock.Kind.TRUTH, truth.pk, truth.sha256, user, clock.now())
