"""Short texts for people: ages, spans of time. Plain functions."""

import datetime

from webapp.archive.models import Image


def span(seconds: float) -> str:
    """How long ago or for how long, in one unit: 40 s, 31 m, 16 h, 3 d."""
    seconds = max(0, int(seconds))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def person_label(image: Image) -> str:
    """ "F 63": sex and age in years (months below two), as far as the file says."""
    return f"{image.patient_sex} {age_label(image.age_years)}".strip()


def age_label(years: float | None) -> str:
    """Age in whole years, below two in months; empty when not known."""
    if years is None:
        return ""
    return f"{int(years)}" if years >= 2 else f"{int(years * 12)} mo"


def study_label(image: Image) -> str:
    """ "2026-11-18 09:12", as far as the file says."""
    if image.study_date is None:
        return ""
    digits = image.study_time.replace(":", "")[:4]
    is_time = len(digits) == 4 and digits.isascii() and digits.isdigit() and digits < "2400" and digits[2:] < "60"
    clock = f" {digits[:2]}:{digits[2:]}" if is_time else ""
    return f"{image.study_date:%Y-%m-%d}{clock}"


def age_of_case(image: Image, now: datetime.datetime) -> str:
    """Time since the image arrived."""
    return span((now - image.created_at).total_seconds())
