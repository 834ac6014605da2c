"""The subgroups that a gate may be asked in, and to which value of each an image belongs."""

from collections.abc import Callable
from dataclasses import dataclass

from webapp.archive.models import Image
from webapp.archive.view_positions import VIEWS

NOT_STATED = "not stated"
SEXES = {"F": "female", "M": "male", "O": "other"}
# (first age that is beyond the band, its name); ages in years.
AGE_BANDS = (
    (18.0, "under 18"),
    (40.0, "18 to 39"),
    (65.0, "40 to 64"),
    (80.0, "65 to 79"),
    (float("inf"), "80 and over"),
)


@dataclass(frozen=True)
class Subgroup:
    """value: of one image, in words that tell no patient."""

    title: str
    value: Callable[[Image], str]


def _sex(image: Image) -> str:
    return SEXES.get(image.patient_sex.strip().upper(), NOT_STATED)


def _age_band(image: Image) -> str:
    age = image.age_years
    return NOT_STATED if age is None else next(name for beyond, name in AGE_BANDS if age < beyond)


def _view(image: Image) -> str:
    return next((code.title for code in VIEWS.values() if image.view in code.keys), image.view or NOT_STATED)


def _maker(image: Image) -> str:
    maker = image.header.get("manufacturer", "")
    return " ".join(str(maker).split())[:64].upper() or NOT_STATED


def _site(image: Image) -> str:
    return image.project.slug


SUBGROUPS = {
    "sex": Subgroup("Sex", _sex),
    "age_band": Subgroup("Age band", _age_band),
    "view": Subgroup("View", _view),
    "maker": Subgroup("Maker", _maker),
    "site": Subgroup("Site (the project: the archive keeps no institution)", _site),
}


def subgroups_of(image: Image) -> dict[str, str]:
    """Kind of subgroup -> value of this image."""
    return {key: one.value(image) for key, one in SUBGROUPS.items()}
