"""Pseudonyms, UIDs and date shifts: by the key alone, and the key lies in a file of its own."""

import hashlib
import hmac
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import LazySettings

from webapp.archive.deidentify.plan import Survey
from webapp.archive.deidentify.pseudonyms import ProjectKey, project_key
from webapp.archive.models import Project

KEY = ProjectKey(b"key")
PERSON = Survey("ID-1", "HOSPITAL", "1.2.3", (), "", ())


def test_a_uid_is_128_bits_of_an_hmac_with_version_8_and_variant_2() -> None:
    digest = hmac.new(b"key", b"uid\x001.2.3", hashlib.sha256).digest()
    found = KEY.uid("1.2.3")
    bits = uuid.UUID(int=int(found.removeprefix("2.25.")))
    assert found.startswith("2.25.")
    assert len(found) <= 64
    assert (bits.version, bits.variant) == (8, uuid.RFC_4122)
    # all other bits are the digest's own
    mask = ~((0xF << 76) | (0x3 << 62))
    assert bits.int & mask == int.from_bytes(digest[:16], "big") & mask


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.2.1", "1.2.840.10008"])
def test_uids_of_the_standard_stay(uid: str) -> None:
    assert KEY.uid(uid) == uid
    assert KEY.uid("1.2.840.100081.2") != "1.2.840.100081.2"


def test_a_patient_is_r_and_15_hex_digits_of_issuer_and_id() -> None:
    found = KEY.patient(PERSON)
    assert len(found) == 16
    assert found == "R" + hmac.new(b"key", b"patient\0HOSPITAL\0ID-1", hashlib.sha256).hexdigest()[:15]
    assert found == KEY.patient(replace(PERSON, study_uid="1.2.4"))
    others = [replace(PERSON, issuer=""), replace(PERSON, patient_id="ID-2"), replace(PERSON, patient_id="")]
    assert len({found, *map(KEY.patient, others), ProjectKey(b"other").patient(PERSON)}) == 5


def test_a_patient_without_an_id_counts_by_the_study() -> None:
    nobody = replace(PERSON, patient_id="", issuer="")
    assert KEY.patient(nobody) != KEY.patient(replace(nobody, study_uid="1.2.9"))


def test_days_are_1_to_3650_and_one_number_per_patient() -> None:
    found = [KEY.days(replace(PERSON, patient_id=f"ID-{k}")) for k in range(300)]
    assert min(found) >= 1
    assert max(found) <= 3650
    assert len(set(found)) > 200
    assert KEY.days(PERSON) == KEY.days(replace(PERSON, study_uid="1.9"))


@pytest.mark.django_db
def test_the_key_is_kept_0600_per_project_and_never_printed(settings: LazySettings, tmp_path: Path) -> None:
    settings.DEIDENTIFICATION_DIR = tmp_path / "keys"
    other = Project.objects.create(name="Other", slug="other")
    key = project_key(Project.default())
    assert key == project_key(Project.default())
    assert key.secret != project_key(other).secret
    files = list((tmp_path / "keys").iterdir())
    assert len(files) == 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert key.secret.decode() not in repr(key)


def test_a_survey_that_no_child_of_ours_writes_is_refused() -> None:
    good = PERSON.to_json()
    assert Survey.from_json({**good, "image_type": [], "uids": []}) == PERSON
    for change in ({"uids": "1.2"}, {"uids": [1]}, {"patient_id": "x" * 600}, {"image_type": ["x"] * 2000}):
        with pytest.raises(ValueError, match="survey"):
            Survey.from_json({**good, "image_type": [], "uids": [], **change})
