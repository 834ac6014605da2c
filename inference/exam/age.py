"""Age at the study, from Patient's Age and from birth and study date."""

import re
from datetime import date, timedelta
from typing import Final

from inference.exam.facts import CONTRADICTION, NOT_STATED, STATED, UNKNOWN_TERM, Fact, Said
from inference.exam.statements import ExamStatements

PATIENT_AGE: Final = "Patient's Age"
DATES: Final = "birth and study date"

_AGE = re.compile(r"(\d{1,3})([DWMY]?)")
_DAYS_IN_A_YEAR = 365.25
_YEARS = {"D": 1 / _DAYS_IN_A_YEAR, "W": 7 / _DAYS_IN_A_YEAR, "M": 1 / 12, "Y": 1.0, "": 1.0}
_OLDEST = 130.0
_CLOCKS_DIFFER = timedelta(days=1)  # a study of today may be dated tomorrow where we run
_MONTHS_BELOW = 2.0  # years
_ROUNDING = 1e-6  # 7 weeks are 48.99… days
_CHILD_YEARS = 17.0  # a word for a child says: at most so old


def age_fact(statements: ExamStatements, today: date | None, groups: tuple[Said, ...]) -> Fact:
    """`groups`: sources that say "child" in words. The age is that of Patient's Age where it agrees with the dates."""
    sources = [said for said in (_from_age(statements.patient_age), _from_dates(statements, today)) if said is not None]
    known = [said.years for said in sources if said.years is not None]
    shown = age_text(known[0]) if known else ""
    everything = (*sources, *groups)
    if not everything:
        return Fact("age", "age", NOT_STATED)
    if len(known) == 2 and not _agree(known[0], known[1], statements.patient_age):
        return Fact("age", "age", CONTRADICTION, None, "", everything)
    if groups and known and known[0] > _CHILD_YEARS + 1:
        return Fact("age", "age", CONTRADICTION, None, "", everything)
    if any(said.is_unknown for said in sources) or not known:
        return Fact("age", "age", UNKNOWN_TERM, None, "", everything)
    return Fact("age", "age", STATED, known[0], shown, everything)


def age_text(years: float) -> str:
    """As people say it: 60.5 years, from birth to two years 18 months or 12 days, whole ones that are over."""
    if years >= _MONTHS_BELOW:
        return f"{years:.3g} years"
    count, unit = int(years * 12 + _ROUNDING), "month"
    if count == 0:
        count, unit = int(years * _DAYS_IN_A_YEAR + _ROUNDING), "day"
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def age_years(age: str) -> float | None:
    """049Y, 018M, 003W, 010D; real files also hold plain numbers, which are years."""
    match = _AGE.fullmatch(age.strip().upper())
    return int(match[1]) * _YEARS[match[2]] if match else None


def dicom_date(value: str) -> date | None:
    """`20210703`, or `2021.07.03` as before DICOM 3.0; None for anything else."""
    digits = value.replace(".", "").strip()
    if len(digits) != 8 or not digits.isascii() or not digits.isdigit():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _from_age(age: str) -> Said | None:
    if not age:
        return None
    years = age_years(age)
    return Said(PATIENT_AGE, age[:16], (), years is None, years)


def _from_dates(statements: ExamStatements, today: date | None) -> Said | None:
    """None where one of the two is missing. Dates themselves are never shown: an age tells less of a person."""
    if not statements.patient_birth_date or not statements.study_date:
        return None
    born, study = dicom_date(statements.patient_birth_date), dicom_date(statements.study_date)
    if born is None or study is None:
        return Said(DATES, "something that is no date", (), True)
    if today is not None and study > today + _CLOCKS_DIFFER:
        return Said(DATES, "a study in the future", (), True)
    years = (study - born).days / _DAYS_IN_A_YEAR
    if not 0 <= years <= _OLDEST:
        return Said(DATES, f"{years:.3g} years", (), True)
    return Said(DATES, age_text(years), (), False, years)


def _agree(stated: float, counted: float, age: str) -> bool:
    """Patient's Age counts whole units, and some count to the next birthday: one unit of leeway on both sides."""
    match = _AGE.fullmatch(age.strip().upper())
    unit = _YEARS[match[2]] if match else 1.0
    leeway = max(unit, 2 / _DAYS_IN_A_YEAR)
    return stated - leeway <= counted <= stated + unit + leeway
