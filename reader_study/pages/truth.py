"""`/studies/{id}/truth/`: the reference standard. The panel votes; a manager imports, sees counts and freezes."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from reader_study import policy
from reader_study.models import Study, Truth, TruthVote
from reader_study.pages.access import study_answer, study_page
from reader_study.services.freeze_truth import freeze_truth, truth_status
from reader_study.services.import_truth import import_truth
from reader_study.services.vote_truth import truth_queue
from reader_study.visible import of_study, visible_to
from webapp.accounts.models import User
from webapp.accounts.policy import require_person
from webapp.form_action import act

MOST_BYTES = 5 * 2**20


@study_page(policy.may_see_truth_queue)
@require_safe
def truth(request: HttpRequest, study: Study) -> HttpResponse:
    user = require_person(request.user)
    roles = policy.roles_in(user, study)
    is_panel = policy.PANEL in roles
    votes_now = is_panel and policy.may_vote(user, study) is None
    to_decide = waiting_for_chair(study) if policy.may_adjudicate(user, study) is None else []
    context: dict[str, Any] = {
        "queue": [row for row in truth_queue(user, study) if row not in to_decide] if votes_now else [],
        "to_decide": to_decide,
        "own_votes": own_votes(user, study) if is_panel else 0,
        "is_panel": is_panel,
        "status": truth_status(study) if roles - {policy.PANEL} else None,
        "may_import": policy.may_import_truth(user, study) is None,
        "may_freeze": policy.may_freeze_truth(user, study) is None,
    }
    return study_answer(request, study, "truth", context)


def own_votes(user: User, study: Study) -> int:
    """How many votes the person has given in this study."""
    votes = visible_to(TruthVote.objects.all(), user).filter(member=user, truth__case__study=study)
    return int(votes.count())


def waiting_for_chair(study: Study) -> list[Truth]:
    """Truths whose votes are in and do not decide: statuses differ, or boxes that do not merge."""
    rows = of_study(Truth.objects.all(), study).filter(case__voided_at=None, state=Truth.State.VOTED)
    return list(rows.select_related("case").order_by("case__code", "finding"))


@study_page(policy.may_import_truth)
@require_POST
def import_study_truth(request: HttpRequest, study: Study) -> HttpResponse:
    """All of the file or nothing of it."""
    file = request.FILES.get("file")
    content = file.read(MOST_BYTES + 1) if file is not None else b""  # type: ignore[union-attr]
    work = partial(import_truth, require_person(request.user), study, content)
    return act(request, work, "The truth of the file is stored.", "study_truth", study.pk)


@study_page(policy.may_freeze_truth)
@require_POST
def freeze_study_truth(request: HttpRequest, study: Study) -> HttpResponse:
    work = partial(freeze_truth, require_person(request.user), study)
    return act(request, work, "The truth is frozen.", "study_truth", study.pk)
