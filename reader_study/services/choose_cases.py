"""Cases of a draft: found in the archive by a filter, added under random codes, changed, voided."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from reader_study import clock, policy
from reader_study.models import Case, Study
from reader_study.patient_key import patient_key
from reader_study.refusal import StudyRefused, require
from reader_study.sent_bodies import CaseFields, CaseFilter, ImageIds
from reader_study.services.people import checked_reason
from webapp import audit
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.archive.present_images import present
from webapp.archive.view_positions import in_view
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import under_embargo
from webapp.reviews.failure_scheme import FAILURE_VERDICTS
from webapp.reviews.models import CaseReview
from webapp.reviews.scheme_versions import current_scheme
from webapp.sent_body import read_sent, read_value

MOST_CASES = 9000
CODES = 10_000


def find_images(user: User, study: Study, wanted: CaseFilter) -> QuerySet[Image]:
    """Images of the archive that match every criterion. Raises StudyRefused naming the value.

    A search by what a model or a reader said leaves out the images that are under embargo for `user`: to be found would tell.
    """
    require(policy.may_edit_draft(user, study))
    images = present(Image.objects.order_by("created_at", "id"), user)
    if wanted.bundle or wanted.decision or wanted.verdict or wanted.failure_site or wanted.has_failure:
        hidden = under_embargo(user)
        images = images if hidden is None else images.exclude(hidden)
    if wanted.view:
        images = images.filter(in_view(wanted.view))
    if wanted.date_from:
        images = images.filter(study_date__gte=wanted.date_from)
    if wanted.date_to:
        images = images.filter(study_date__lte=wanted.date_to)
    images = _by_review(images, wanted)
    if wanted.decision:
        keys = [key for key, document in _newest_documents(images, wanted.bundle) if _decides(document, wanted)]
        images = images.filter(pk__in=keys)
    elif wanted.bundle:
        images = images.filter(predictions__bundle_id=wanted.bundle, predictions__finished_at__isnull=False).distinct()
    return images


@transaction.atomic
def add_cases(
    user: User, study: Study, images: Iterable[Image], role: str = "scored", stratum: str = "", group: str = ""
) -> list[Case]:
    """Adds images that are not in the study yet, each under a code drawn at random. Raises StudyRefused."""
    require(policy.may_edit_draft(user, study))
    read_sent(CaseFields, {"role": role, "stratum": stratum, "group": group})
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
    found = []
    for key in read_value(ImageIds, keys, "images", StudyRefused):
        try:
            image = Image.objects.filter(pk=UUID(key)).first()
        except ValueError:
            image = None
        if image is None:
            raise StudyRefused("no_such_image", f"image {key[:40]!r} is not in the archive", "images", 400)
        found.append(image)
    return found


def change_case(user: User, study: Study, case: Case, fields: CaseFields) -> Case:
    """Role, stratum and group of a case of a draft: those that were sent."""
    require(policy.may_edit_draft(user, study))
    for name in fields.model_fields_set:
        setattr(case, name, getattr(fields, name))
    case.save(update_fields=fields.model_fields_set)
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


def _by_review(images: QuerySet[Image], wanted: CaseFilter) -> QuerySet[Image]:
    if not (wanted.verdict or wanted.failure_site or wanted.has_failure):
        return images
    reviews = CaseReview.objects.current()
    if wanted.verdict:
        reviews = reviews.filter(verdict=wanted.verdict)
    if wanted.failure_site:
        sites = current_scheme().sites
        if wanted.failure_site not in sites:
            text = f"failure_site {wanted.failure_site!r} is not one of {', '.join(sites)}"
            raise StudyRefused("not_allowed", text, "filter.failure_site", 400)
        reviews = reviews.filter(site=wanted.failure_site)
    if wanted.has_failure:
        reviews = reviews.filter(verdict__in=FAILURE_VERDICTS)
    if wanted.finding:
        reviews = reviews.filter(finding=wanted.finding)
    if wanted.bundle:
        reviews = reviews.filter(bundle_id=wanted.bundle)
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


def _decides(document: Mapping[str, Any], wanted: CaseFilter) -> bool:
    """Whether the finding (or any, when none is named) has the wanted decision."""
    return any(
        row.get("decision") == wanted.decision
        for row in document.get("findings", [])
        if not wanted.finding or row.get("key") == wanted.finding
    )
