"""Whether two images are of one person, as far as their files say. A wrong person beside a picture is worse than none.

The Patient ID must be the same, but proves nothing alone: archives number anew, share ids between sites, and write ANONYMOUS for
everybody. Nothing that both files state may differ: issuer of the ID, birth date, sex. Where both state one birth date, that is
enough. Else the ID is believed only where all images of the project under it could be one person's, and age and name of the
two agree; the page then says that the birth date is not stated. Images of different projects are never one person's: each
project has pseudonyms of its own (webapp/archive/deidentify/pseudonyms.py). A study is one person's (its UID is unique): there
it is enough that nothing differs.
"""

import re
import unicodedata
from typing import Final, Literal

from django.db.models import QuerySet

from webapp.archive.models import Image

SameBy = Literal["study", "birth_date", "id_alone"]
# What de-identifiers and technicians write where an id is missing; compared without case and punctuation.
NOBODY: Final = frozenset(
    "ANON ANONYM ANONYMOUS ANONYMIZED ANONYMISED ANONYMIZE ANONYMISE DEIDENTIFIED REMOVED DUMMY TEST UNKNOWN UNBEKANNT NONE NULL"
    " NA NOID NOPATIENTID PATIENT PATIENTID PATID DEFAULT EMERGENCY NOTFALL TRAUMA".split()
)
OLDEST_TOLD: Final = 89.0  # de-identified files state 90 years for everybody above
AGES_DIFFER: Final = 1.5  # years: of whole ones on either side, and half of a rounded one


def names_somebody(patient_id: str) -> bool:
    """Whether a Patient ID can be one person's: not empty, no word of NOBODY (numbered or not), not one sign again and again."""
    letters = re.sub(r"[\W_]", "", patient_id.upper())
    word = letters.rstrip("0123456789") or letters
    is_word = word in NOBODY and len(letters) - len(word) <= 1  # ANON and ANON1; PATIENT0042 is an id
    return len(set(letters)) > 1 and not is_word


def images_under_one_id(image: Image) -> QuerySet[Image]:
    """Those of the project with the same Patient ID, the image itself among them; where the ID names nobody, those of the study."""
    found = Image.objects.filter(project=image.project_id, patient_id=image.patient_id)  # type: ignore[misc]
    return found if names_somebody(image.patient_id) else found.filter(study_instance_uid=image.study_instance_uid)


def could_be_one_person(images: QuerySet[Image]) -> bool:
    """Whether no two of these images contradict each other in birth date, sex or issuer: else the ID is shared by several."""
    for column in ("patient_birth_date", "patient_sex", "header__patient_id_issuer"):
        stated = images.exclude(**{column: ""}).order_by().values_list(column, flat=True).distinct()[:3]
        if len({value for value in stated if value}) > 1:  # a header of an older version has no issuer: null
            return False
    return True


def same_person(one: Image, other: Image, *, is_id_of_one: bool) -> SameBy | None:
    """How two images are known to be of one person; None where they are not.

    is_id_of_one: what `could_be_one_person` says of all images under the ID.
    """
    pairs = [
        (issuer_of(one), issuer_of(other)),
        (one.patient_birth_date, other.patient_birth_date),
        (one.patient_sex, other.patient_sex),
    ]
    if one.project_id != other.project_id or one.patient_id != other.patient_id:  # type: ignore[attr-defined]
        return None
    if any(first and second and first != second for first, second in pairs):
        return None
    if one.study_instance_uid == other.study_instance_uid:
        return "study"
    if not names_somebody(one.patient_id):
        return None
    if one.patient_birth_date and one.patient_birth_date == other.patient_birth_date:
        return "birth_date"
    is_same = is_id_of_one and pairs[0][0] == pairs[0][1] and _ages_agree(one, other) and _names_agree(one, other)
    return "id_alone" if is_same else None


def issuer_of(image: Image) -> str:
    """Issuer of Patient ID (0010,0021); empty where the file, or the header of an older version, has none."""
    return str(image.header.get("patient_id_issuer") or "")


def _ages_agree(one: Image, other: Image) -> bool:
    """Compared as years of birth; where an age or a date is missing nothing speaks against it."""
    ages, dates = (one.age_years, other.age_years), (one.study_date, other.study_date)
    if None in ages or None in dates or any(age is not None and age >= OLDEST_TOLD for age in ages):
        return True
    born = [date.toordinal() / 365.25 - age for date, age in zip(dates, ages, strict=True) if date and age is not None]
    return abs(born[0] - born[1]) <= AGES_DIFFER


def _names_agree(one: Image, other: Image) -> bool:
    """One name's parts are among the other's; an ID that stands in the place of a name is none."""
    first, second = _name_parts(one), _name_parts(other)
    return not first or not second or first <= second or second <= first


def _name_parts(image: Image) -> set[str]:
    if image.patient_name.strip(" ^") == image.patient_id:
        return set()
    plain = unicodedata.normalize("NFKD", image.patient_name).casefold()
    without_accents = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return set(re.split(r"[\s^=,.\-]+", without_accents)) - {""}
