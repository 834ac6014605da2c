"""Pseudonyms, UIDs and date shifts: HMAC-SHA256 with the key of a project, so that equal things stay equal in its exports.

Who has the key and candidate ids can reverse pseudonyms: it lies in a file of its own (0600), outside the database, and belongs
in no backup that the exports' receivers can reach. A new key is a new project.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass, field

from django.conf import settings

from webapp.archive.deidentify.plan import Plan, Survey
from webapp.archive.deidentify.table import STANDARD_UIDS
from webapp.archive.models import Project
from webapp.environment import kept_secret

HEX_DIGITS = 15
MOST_DAYS = 3650


@dataclass(frozen=True)
class ProjectKey:
    """The key of one project. Never printed, never stored in a row, never sent to a child."""

    secret: bytes = field(repr=False)

    def patient(self, survey: Survey) -> str:
        """`R` + 15 hex digits of HMAC(issuer + id); a patient without an id counts by the study."""
        return "R" + self._digest(*_who(survey)).hex()[:HEX_DIGITS]

    def days(self, survey: Survey) -> int:
        """Days that the patient's dates go back: 1 to 3,650, one number per patient."""
        return 1 + int.from_bytes(self._digest("days", *_who(survey))[:8], "big") % MOST_DAYS

    def uid(self, uid: str) -> str:
        """`2.25.` + 128 bits of HMAC("uid" NUL uid) as a UUID of version 8; UIDs of the standard stay."""
        if uid == STANDARD_UIDS or uid.startswith(STANDARD_UIDS + "."):
            return uid
        bits = bytearray(self._digest("uid", uid)[:16])
        bits[6] = bits[6] & 0x0F | 0x80
        bits[8] = bits[8] & 0x3F | 0x80
        return f"2.25.{int.from_bytes(bits, 'big')}"

    def image(self, image_id: uuid.UUID) -> str:
        """Name of an image's file in an export."""
        return "I" + self._digest("image", image_id.hex).hex()[:HEX_DIGITS]

    def reader(self, person_id: int) -> str:
        """Code of a person who reviewed."""
        return "reader-" + self._digest("reader", str(person_id)).hex()[:8]

    def plan(self, survey: Survey) -> Plan:
        return Plan(self.patient(survey), self.days(survey), {uid: self.uid(uid) for uid in survey.uids})

    def _digest(self, *parts: str) -> bytes:
        message = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, message, hashlib.sha256).digest()


def project_key(project: Project) -> ProjectKey:
    """The project's key, made at its first use."""
    folder = settings.DEIDENTIFICATION_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ProjectKey(kept_secret(folder / f"{project.pk.hex}.key").encode("ascii"))


def _who(survey: Survey) -> tuple[str, ...]:
    if survey.patient_id:
        return ("patient", survey.issuer, survey.patient_id)
    return ("patient without id", survey.study_uid)
