"""The allocation of a study: before opening what it would be, afterwards what is stored."""

from django.db.models import QuerySet

from reader_study.allocation import Placement
from reader_study.models import Assignment, Study
from reader_study.services.open_study import preview_allocation


def placements_of(study: Study) -> tuple[Placement, ...]:
    """Every placement; voided cases are left out. Raises AllocationRefused for a draft that cannot be allocated."""
    if study.is_draft:
        return preview_allocation(study)
    return stored_placements(Assignment.objects.filter(reader__study=study, case__voided_at=None))


def stored_placements(rows: QuerySet[Assignment]) -> tuple[Placement, ...]:
    """The placements of these rows, in the order of the query."""
    return tuple(
        Placement(
            one.reader.code,
            one.session.ordinal,
            one.position,
            f"all.{one.arm.code}.{one.session.block}",
            one.case.code,
            one.arm.code,
            one.replicate,
            one.session.is_training,
        )
        for one in rows.select_related("reader", "session", "case", "arm")
    )
