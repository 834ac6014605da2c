"""How many looks of a person at an image washout counts."""

from typing import Any

from reader_study.models import Case
from reader_study.washout import exposures
from webapp.archive.models import Image


def counted_looks(image: Image, person: Any) -> int:
    return len(exposures([Case(image=image, patient_key="of the patient")], person)["of the patient"])
