"""`/studies/{id}/`: where the study stands, what keeps it from going on, and what each role does next."""

from collections.abc import Callable
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from reader_study import policy
from reader_study.models import Reader, Study
from reader_study.pages.access import study_answer, study_page
from reader_study.pages.progress import reader_progress
from reader_study.results.given_points import given_points, points_in_words
from reader_study.results.lock_study import lock_problems, lock_study
from reader_study.sent_bodies import StudyChange
from reader_study.services import change_state
from reader_study.services.create_study import copy_study, rename_study
from reader_study.services.edit_protocol import protocol_problems
from reader_study.services.open_study import open_study, pinned_bundles, readiness
from reader_study.visible import visible_to
from webapp.accounts.models import User
from webapp.accounts.policy import require_person
from webapp.form_action import act
from webapp.sent_body import read_sent

Step = Callable[[User, Study], object]

# name -> (service, what the page says when it is done)
STEPS: dict[str, tuple[Step, str]] = {
    "open": (open_study, "The study is open: readers may begin."),
    "pause": (change_state.pause_study, "The study is paused."),
    "resume": (change_state.resume_study, "The study goes on."),
    "close": (change_state.close_study, "The study is closed: no more reading."),
    "archive": (change_state.archive_study, "The study is archived."),
}
ALLOWED = {
    "open": policy.may_open_study,
    "pause": policy.may_pause_study,
    "resume": policy.may_resume_study,
    "close": policy.may_close_study,
    "archive": policy.may_archive_study,
}


@study_page()
@require_safe
def study(request: HttpRequest, study: Study) -> HttpResponse:
    user = require_person(request.user)
    roles = policy.roles_in(user, study)
    is_manager = policy.MANAGER in roles
    readers = visible_to(Reader.objects.all(), user).filter(study=study, user=user)
    own = readers.first() if policy.READER in roles else None
    may_lock = policy.may_confirm_lock(user, study) is None
    runs_it = bool(roles & {policy.MANAGER, policy.STATISTICIAN, policy.AUDITOR})
    context = {
        "steps": [name for name, may in ALLOWED.items() if may(user, study) is None],
        "problems": readiness(study) if is_manager and study.is_draft else [],
        "lock_problems": lock_problems(study) if may_lock else [],
        "may_lock": may_lock,
        "may_withdraw": policy.may_withdraw_study(user, study) is None,
        "may_edit": policy.may_edit_draft(user, study) is None,
        "may_copy": policy.may_copy_study(user, study) is None,
        "counts": _counts(study) if runs_it else None,
        "points": points_in_words(_points(study)) if runs_it else [],
        "progress": reader_progress(own) if own and not study.is_draft else None,
        "may_read": own is not None and study.state == Study.State.OPEN,
        "protocol": study.protocols.order_by("-version").first(),
    }
    return study_answer(request, study, "study", context)


@study_page()
@require_POST
def step_study(request: HttpRequest, study: Study, step: str) -> HttpResponse:
    """One step of the study's life; 404 for one that is not in the table."""
    if step not in STEPS:
        raise Http404("no such step")
    service, done = STEPS[step]
    return act(request, partial(service, require_person(request.user), study), done, "study", study.pk)


@study_page()
@require_POST
def lock(request: HttpRequest, study: Study) -> HttpResponse:
    """Asked for by one person, confirmed by another."""
    user = require_person(request.user)
    is_second = study.lock_requested_at is not None and study.lock_requested_by_id != user.pk  # type: ignore[attr-defined]
    done = "Locked: the results are computed." if is_second else "The lock is asked for; a second person confirms it."
    return act(request, partial(lock_study, user, study), done, "study", study.pk)


@study_page()
@require_POST
def withdraw(request: HttpRequest, study: Study) -> HttpResponse:
    user, reason = require_person(request.user), request.POST.get("reason", "")
    return act(
        request,
        partial(change_state.withdraw_study, user, study, reason),
        "The study is withdrawn; its data are kept.",
        "study",
        study.pk,
    )


@study_page(policy.may_edit_draft)
@require_POST
def rename(request: HttpRequest, study: Study) -> HttpResponse:
    """Title and description of a draft."""
    sent = {name: request.POST.get(name, "") for name in StudyChange.model_fields}

    def work() -> None:
        rename_study(require_person(request.user), study, read_sent(StudyChange, sent))

    return act(request, work, "Title and description are saved.", "study", study.pk)


@study_page()
@require_POST
def copy(request: HttpRequest, study: Study) -> HttpResponse:
    """A new draft with this protocol; a refusal leads back here."""
    made: list[Study] = []
    title = request.POST.get("title", "") or f"{study.title}, copy"[:200]
    user = require_person(request.user)
    answer = act(
        request, lambda: made.append(copy_study(user, study, title)), "A copy of the protocol.", "study", study.pk
    )
    return redirect("study", made[0].pk) if made else answer


def _points(study: Study) -> list[dict[str, object]]:
    """Of a draft, what opening would freeze now."""
    is_settled = study.is_draft and not protocol_problems(study)
    return given_points(study, pinned_bundles(study) if is_settled else ())


def _counts(study: Study) -> dict[str, int]:
    cases = study.cases.filter(voided_at=None)
    return {
        "readers": study.readers.filter(state=Reader.State.ACTIVE).count(),
        "cases": cases.filter(role="scored").count(),
        "training": cases.filter(role="training").count(),
    }
