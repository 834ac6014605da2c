"""Search by what names a patient or a study. Reached by POST only: none of this may stand in an address or a log."""

from datetime import date

from django.db.models import Q, QuerySet

from webapp.archive.models import Image


def search_images(
    images: QuerySet[Image],
    *,
    text: str = "",
    patient_id: str = "",
    patient_name: str = "",
    accession_number: str = "",
    study_date_from: date | None = None,
    study_date_to: date | None = None,
) -> QuerySet[Image]:
    """`images` that match every given criterion. text: part of a name, or the start of an id, accession or our code."""
    if text:
        images = images.filter(_matches(text.strip()))
    if patient_id:
        images = images.filter(patient_id__iexact=patient_id.strip())
    for word in patient_name.replace("^", " ").split():
        images = images.filter(patient_name__icontains=word)
    if accession_number:
        images = images.filter(accession_number__iexact=accession_number.strip())
    if study_date_from:
        images = images.filter(study_date__gte=study_date_from)
    if study_date_to:
        images = images.filter(study_date__lte=study_date_to)
    return images


def _matches(text: str) -> Q:
    name = Q()
    for word in text.replace("^", " ").split():
        name &= Q(patient_name__icontains=word)
    return name | Q(patient_id__istartswith=text) | Q(accession_number__istartswith=text) | Q(pk__startswith=_hex(text))


def _hex(text: str) -> str:
    """Our code is the start of the id; SQLite keeps ids without dashes, PostgreSQL with them."""
    return text.lower()[:8]
