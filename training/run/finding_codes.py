"""Codes of the classes that the papers' data sets name, for a bundle's manifest."""

from __future__ import annotations

import re

SNOMED, RADLEX, LOCAL = "SCT", "RADLEX", "99SIGHTLINE"

# Concepts of SNOMED CT (International) and RadLex whose meaning is the class itself, not something near it.
CODES: dict[str, tuple[str, str, str]] = {
    "atelectasis": (SNOMED, "46621007", "Atelectasis"),
    "cardiomegaly": (SNOMED, "8186001", "Cardiomegaly"),
    "edema": (SNOMED, "19242006", "Pulmonary edema"),
    "effusion": (SNOMED, "60046008", "Pleural effusion"),
    "pleural_effusion": (SNOMED, "60046008", "Pleural effusion"),
    "pneumonia": (SNOMED, "233604007", "Pneumonia"),
    "pneumothorax": (SNOMED, "36118008", "Pneumothorax"),
    "lung_opacity": (RADLEX, "RID28530", "opacity"),
}


def finding_key(name: str) -> str:
    """A class name as a manifest's key: lower case, digits, underscores, a letter first."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return (key if key[:1].isalpha() else f"class_{key}")[:64]


def finding_code(name: str) -> dict[str, str]:
    """scheme, value and meaning. A class without a code that is known to fit gets one of our own scheme: a wrong code of
    a public one would travel into reports."""
    key = finding_key(name)
    scheme, value, meaning = CODES.get(key, (LOCAL, key, name))
    return {"scheme": scheme, "value": value, "meaning": meaning}
