"""`/studies/{id}/people/`: readers under their codes, and the other members by role."""

import uuid
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from reader_study import policy
from reader_study.models import Membership, Reader, Study
from reader_study.pages.access import study_answer, study_page
from reader_study.services.people import add_member, add_reader, end_member, withdraw_reader
from reader_study.visible import visible_to
from webapp.accounts.models import User
from webapp.accounts.policy import require_person
from webapp.form_action import act


@study_page(policy.may_see_people)
@require_safe
def people(request: HttpRequest, study: Study) -> HttpResponse:
    """Names are shown to managers only; statisticians and auditors see codes."""
    is_manager = policy.MANAGER in policy.roles_in(request.user, study)
    context = {
        "readers": study.readers.select_related("user"),
        "members": study.memberships.exclude(role=Membership.Role.READER).select_related("user"),
        "shows_names": is_manager,
        "may_add_reader": policy.may_edit_draft(request.user, study) is None,
        "may_add_member": policy.may_change_members(request.user, study) is None,
        "may_withdraw": policy.may_withdraw_reader(request.user, study) is None,
        "member_roles": [choice for choice in Membership.Role.choices if choice[0] != Membership.Role.READER],
        "candidates": User.objects.filter(is_active=True).order_by("username") if is_manager else [],
    }
    return study_answer(request, study, "people", context)


@study_page(policy.may_see_people)
@require_POST
def add_study_reader(request: HttpRequest, study: Study) -> HttpResponse:
    form = request.POST
    years = form.get("years", "").strip()
    fields = {
        "years": int(years) if years.isdigit() else (years or None),
        "subspecialty": form.get("subspecialty", "").strip(),
        "group": form.get("group", "").strip(),
    }
    work = partial(add_reader, require_person(request.user), study, form.get("username", ""), **fields)
    return act(request, work, "The reader is added.", "study_people", study.pk)


@study_page(policy.may_see_people)
@require_POST
def add_study_member(request: HttpRequest, study: Study) -> HttpResponse:
    form = request.POST
    work = partial(
        add_member,
        require_person(request.user),
        study,
        form.get("username", ""),
        form.get("role", ""),
        form.get("is_chair") == "on",
    )
    return act(request, work, "The member is added.", "study_people", study.pk)


@study_page(policy.may_see_people)
@require_POST
def end_study_member(request: HttpRequest, study: Study, member_id: uuid.UUID) -> HttpResponse:
    member = get_object_or_404(study.memberships, pk=member_id)
    work = partial(end_member, require_person(request.user), study, member, request.POST.get("reason", ""))
    return act(request, work, "The membership has ended.", "study_people", study.pk)


@study_page(policy.may_see_people)
@require_POST
def withdraw_study_reader(request: HttpRequest, study: Study, reader_id: uuid.UUID) -> HttpResponse:
    reader = get_object_or_404(visible_to(Reader.objects.all(), request.user), pk=reader_id, study=study)
    work = partial(withdraw_reader, require_person(request.user), study, reader, request.POST.get("reason", ""))
    return act(request, work, "The reader is withdrawn; locked readings stay.", "study_people", study.pk)
