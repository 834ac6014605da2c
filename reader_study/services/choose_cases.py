"""Cases of a draft: found in the archive by a filter, added under random codes, changed, voided."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from reader_study import clock, policy
from reader_study.models import Case, Study
from reader_study.patient_key import patient_key
from reader_study.refusal import StudyRefused, require
from reader_study.services.people import checked_reason
from webapp import audit
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.archive.view_positions import in_view
from webapp.predictions.models import Prediction
from webapp.reviews.failure_scheme import FAILURE_VERDICTS, VERDICTS
from webapp.reviews.models import CaseReview
from webapp.reviews.scheme_versions import current_scheme

FILTER_FIELDS = (
    "view", "date_from", "date_to", "bundle", "finding", "decision", "verdict", "failure_site", "has_failure",
)  # fmt: skip
DECISIONS = ("positive", "negative", "uncertain", "refused")
MOST_CASES = 9000
CODES = 10_000


def find_images(user: User, study: Study, criteria: object) -> QuerySet[Image]:
    """Images of the archive that match every criterion. Raises StudyRefused naming the value."""
    require(policy.may_edit_draft(user, study))
    wanted = _checked(criteria)
    images = Image.objects.order_by("created_at", "id")
    if view := wanted.get("view"):
        images = images.filter(in_view(view))
    if start := wanted.get("date_from"):
        images = images.filter(study_date__gte=start)
    if end := wanted.get("date_to"):
        images = images.filter(study_date__lte=end)
    images = _by_review(images, wanted)
    if wanted.get("decision"):
        keys = [key for key, document in _newest_documents(images, wanted.get("bundle")) if _decides(document, wanted)]
        images = images.filter(pk__in=keys)
    elif wanted.get("bundle"):
        images = images.filter(
            predictions__bundle_id=wanted["bundle"], predictions__finished_at__isnull=False
        ).distinct()
    return images


@transaction.atomic
def add_cases(
    user: User, study: Study, images: Iterable[Image], role: str = "scored", stratum: str = "", group: str = ""
) -> list[Case]:
    """Adds images that are not in the study yet, each under a code drawn at random. Raises StudyRefused."""
    require(policy.may_edit_draft(user, study))
    _check_columns({"role": role, "stratum": stratum, "group": group})
    known = set(study.cases.filter(voided_at=None).values_list("image_id", flat=True))
    fresh = [image for image in images if image.pk not in known]
    if len(known) + len(fresh) > MOST_CASES:
        raise StudyRefused("too_many", f"a study has at most {MOST_CASES} cases", "images", 400)
    codes = _fresh_codes(study, len(fresh))
    added = [
        Case(
            study=study,
            image=image,
            code=code,
            patient_key=patient_key(image),
            role=role,
            stratum=stratum,
            group=group,
            created_by=user,
        )
        for image, code in zip(fresh, codes, strict=True)
    ]
    Case.objects.bulk_create(added)
    audit.record(user, "study.add_cases", f"study:{study.pk}", purpose="reader study", count=len(added))
    return added


def images_named(keys: object) -> list[Image]:
    """Images by their ids. Raises StudyRefused naming the first that is not one."""
    if not isinstance(keys, list) or not keys:
        raise StudyRefused("not_allowed", "images is not a list of ids", "images", 400)
    found = []
    for key in keys:
        try:
            image = Image.objects.filter(pk=UUID(str(key))).first()
        except ValueError:
            image = None
        if image is None:
            raise StudyRefused("no_such_image", f"image {str(key)[:40]!r} is not in the archive", "images", 400)
        found.append(image)
    return found


def change_case(user: User, study: Study, case: Case, columns: Mapping[str, Any]) -> Case:
    """Role, stratum and group of a case of a draft."""
    require(policy.may_edit_draft(user, study))
    _check_columns(columns)
    for name, value in columns.items():
        setattr(case, name, value)
    case.save(update_fields=list(columns))
    return case


def void_case(user: User, study: Study, case: Case, reason: str) -> Case:
    """The case counts no more; its row and what was read of it stay."""
    require(policy.may_void(user, study))
    if case.voided_at is None:
        case.voided_at, case.void_reason = clock.now(), checked_reason(reason)
        case.save(update_fields=["voided_at", "void_reason"])
        audit.record(user, "study.void_case", f"study:{study.pk}", purpose="reader study", case=case.code)
    return case


def _fresh_codes(study: Study, count: int) -> list[str]:
    taken = set(study.cases.values_list("code", flat=True))
    free = [f"C{number:04}" for number in range(CODES) if f"C{number:04}" not in taken]
    return secrets.SystemRandom().sample(free, count)


def _check_columns(columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        if name not in ("role", "stratum", "group"):
            raise StudyRefused("unknown_field", f"{name[:40]!r} is not one of role, stratum, group", name[:40], 400)
        if name == "role" and value not in Case.Role.values:
            raise StudyRefused(
                "not_allowed", f"role {value!r} is not one of {', '.join(Case.Role.values)}", "role", 400
            )
        if not isinstance(value, str) or len(value) > (40 if name == "stratum" else 16):
            raise StudyRefused("not_allowed", f"{name} {str(value)[:40]!r} is not a short text", name, 400)


def _checked(criteria: object) -> dict[str, Any]:
    if not isinstance(criteria, Mapping):
        raise StudyRefused("not_allowed", "the filter is not a JSON object", "filter", 400)
    found = dict(criteria)
    for name in found:
        if name not in FILTER_FIELDS:
            raise StudyRefused(
                "unknown_field",
                f"{str(name)[:40]!r} is not one of {', '.join(FILTER_FIELDS)}",
                f"filter.{str(name)[:40]}",
                400,
            )
    for name, allowed in (
        ("decision", DECISIONS),
        ("verdict", tuple(VERDICTS)),
        ("failure_site", tuple(current_scheme().sites)),
    ):
        if found.get(name) and found[name] not in allowed:
            raise StudyRefused(
                "not_allowed", f"{name} {found[name]!r} is not one of {', '.join(allowed)}", f"filter.{name}", 400
            )
    for name in ("date_from", "date_to"):
        if found.get(name):
            try:
                found[name] = date.fromisoformat(str(found[name]))
            except ValueError:
                raise StudyRefused(
                    "not_allowed", f"{name} {found[name]!r} is not a date like 2026-01-31", f"filter.{name}", 400
                ) from None
    return found


def _by_review(images: QuerySet[Image], wanted: Mapping[str, Any]) -> QuerySet[Image]:
    names = ("verdict", "failure_site", "has_failure")
    if not any(wanted.get(name) for name in names):
        return images
    reviews = CaseReview.objects.current()
    if wanted.get("verdict"):
        reviews = reviews.filter(verdict=wanted["verdict"])
    if wanted.get("failure_site"):
        reviews = reviews.filter(site=wanted["failure_site"])
    if wanted.get("has_failure"):
        reviews = reviews.filter(verdict__in=FAILURE_VERDICTS)
    for name, column in (("finding", "finding"), ("bundle", "bundle_id")):
        if wanted.get(name):
            reviews = reviews.filter(**{column: wanted[name]})
    return images.filter(pk__in=reviews.values("image"))


def _newest_documents(images: QuerySet[Image], bundle: str | None) -> list[tuple[UUID, dict[str, Any]]]:
    answers = Prediction.objects.filter(image=OuterRef("pk"), finished_at__isnull=False).exclude(bundle_id="")
    if bundle:
        answers = answers.filter(bundle_id=bundle)
    newest = images.annotate(newest=Subquery(answers.order_by("-created_at").values("pk")[:1])).values_list(
        "pk", "newest"
    )
    documents = Prediction.objects.in_bulk([key for _, key in newest if key])
    return [(image, documents[key].document) for image, key in newest if key]


def _decides(document: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether the finding (or any, when none is named) has the wanted decision."""
    return any(
        row.get("decision") == wanted["decision"]
        for row in document.get("findings", [])
        if not wanted.get("finding") or row.get("key") == wanted["finding"]
    )
