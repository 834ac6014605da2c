"""Images of one patient or of several, as rows of the archive: what decides whether one may be laid beside another."""

import datetime
from typing import Any

from tests.webapp.viewer.case_factory import make_image
from webapp.archive.models import Image

TODAY = datetime.date(2026, 11, 18)
PERSON = {"patient_id": "P-4711", "patient_birth_date": "19630102", "patient_sex": "F"}


def image_of(header: dict[str, Any] | None = None, **columns: Any) -> Image:
    """A frontal chest of PERSON, of today at 09:12; header: what is kept of the file beside the columns."""
    columns = {**PERSON, "study_date": TODAY, **columns}
    view = columns.get("view_position", "PA")
    return make_image(header={"view_position": view, "body_part": "CHEST", **(header or {})}, **columns)


def lateral_of(image: Image, **columns: Any) -> Image:
    """The lateral view of the same study."""
    same = ("patient_id", "patient_birth_date", "patient_sex", "study_date", "study_time", "study_instance_uid")
    return image_of(**{**{name: getattr(image, name) for name in same}, "view_position": "LL", **columns})


def days_before(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)
