"""The case mix of a project: read by all, stated by managers and admins, each change a new row and an event of the record."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_state_case_mix
from webapp.archive.models import Project
from webapp.operating_points.models import CaseMix
from webapp.predictions.bundle_store import findings_in_service
from webapp.refused import Refused

MOST_IMAGES_A_DAY = 100_000
IMAGES_CHARACTERS = 20  # leading zeros and all; int() raises for thousands of digits
SOURCE_CHARACTERS = 200


class CaseMixRefused(Refused):
    """The case mix stays as it is."""


def case_mix_of(project: Project, moment: datetime | None = None) -> CaseMix | None:
    """The newest, or the newest of a moment that has passed; None where nobody had stated one."""
    rows = CaseMix.objects.filter(project=project).select_related("created_by")
    return (rows.filter(created_at__lte=moment) if moment else rows).first()


def known_findings(project: Project) -> dict[str, str]:
    """Key -> title of what a prevalence can be stated for: findings of the model in service, and those that have one."""
    mix = case_mix_of(project)
    kept = {key: key.replace("_", " ").capitalize() for key in (mix.prevalences if mix else {})}
    return kept | findings_in_service(project)


@transaction.atomic
def state_case_mix(
    user: User, project: Project, percents: Mapping[str, str], images_a_day: str, source: str, seen: str
) -> CaseMix:
    """Keeps what was typed: percents by finding key, empty where it is not known; images a day, empty likewise. seen: id of
    the case mix that the person had in sight, empty for none: all of it is replaced.

    Raises CaseMixRefused: 400, 403 naming the value and what is allowed; 409 where somebody stated another meanwhile.
    """
    CaseMixRefused.require(may_state_case_mix(user))
    project = Project.objects.select_for_update().get(pk=project.pk)
    newest = case_mix_of(project)
    if seen != (str(newest.pk) if newest else ""):
        who = newest.created_by.username if newest and newest.created_by else "Somebody"
        raise CaseMixRefused(
            "stated_meanwhile",
            f"{who} stated another case mix since this page was opened: look at it and type yours again.",
        )
    titles = known_findings(project)
    if unknown := sorted(set(percents) - set(titles)):
        raise _wrong(
            "finding",
            f"finding {unknown[0][:64]!r} is not one of {', '.join(titles) or 'none: no model is in service'}",
        )
    prevalences = {key: _prevalence(titles[key], text) for key, text in percents.items() if text.strip()}
    daily, said = _images(images_a_day), source.strip()
    if (prevalences or daily is not None) and not said:
        raise _wrong("source", "say where the figures come from, such as a count of a year's reports")
    if len(said) > SOURCE_CHARACTERS:
        raise _wrong("source", f"the source has {len(said)} characters; allowed: up to {SOURCE_CHARACTERS}")
    mix = CaseMix.objects.create(
        project=project, prevalences=prevalences, images_a_day=daily, source=said, created_by=user
    )
    audit.record(
        user, "project.case_mix", f"project:{project.pk}",
        prevalences=prevalences, images_a_day=daily, source=said,
    )  # fmt: skip
    return mix


def _prevalence(title: str, text: str) -> float:
    try:
        percent = float(text.strip().removesuffix("%").replace(",", "."))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise _wrong("prevalence", f"{title}: {text[:20]!r} is not a percentage from 0 to 100")
    return percent / 100


def _images(text: str) -> int | None:
    typed = text.strip()
    if not typed:
        return None
    is_whole = typed.isascii() and typed.isdigit() and len(typed) <= IMAGES_CHARACTERS
    if not is_whole or int(typed) > MOST_IMAGES_A_DAY:
        raise _wrong(
            "images_a_day", f"{text[:20]!r} is not a whole number of images a day from 0 to {MOST_IMAGES_A_DAY:,}"
        )
    return int(typed)


def _wrong(field: str, text: str) -> CaseMixRefused:
    return CaseMixRefused("not_allowed", text, field, http=400)
