"""Search texts (names, numbers, dates) live in the session; the address carries a random code in their place."""

import datetime
import re
import secrets

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q

from webapp.archive.models import Image

KEPT = 20
LONGEST = 100
SESSION_KEY = "worklist_searches"
UID = re.compile(r"[0-9]+(\.[0-9]+)+")


def keep_search(session: SessionBase, text: str) -> str:
    """Code of eight hexadecimal digits for `text`; the oldest of KEPT is forgotten. Empty text gives no code."""
    text = text.strip().replace("\x00", "")[:LONGEST]
    if not text:
        return ""
    searches = [row for row in session.get(SESSION_KEY, []) if row[1] != text][-(KEPT - 1) :]
    code = secrets.token_hex(4)
    session[SESSION_KEY] = [*searches, [code, text]]
    return code


def search_text(session: SessionBase, code: str) -> str:
    """The text behind a code, or nothing when this session does not have it."""
    return next((text for known, text in session.get(SESSION_KEY, []) if known == code), "")


def search_condition(text: str) -> Q:
    """Entries that match every word: in name, number, accession, UID, or as a study date (2026-11-18, 18.11.2026, 20261118)."""
    condition = Q()
    for word in text.split():
        condition &= _matches(word)
    return Q(image__in=Image.objects.filter(condition).order_by().values("pk")) if condition else condition


def _matches(word: str) -> Q:
    matches = Q(patient_name__icontains=word) | Q(patient_id__icontains=word) | Q(accession_number__icontains=word)
    if UID.fullmatch(word):
        matches |= Q(sop_instance_uid=word) | Q(study_instance_uid=word)
    day = _day(word)
    return matches | Q(study_date=day) if day else matches


def _day(word: str) -> datetime.date | None:
    for shape, order in ((r"(\d{4})-?(\d{2})-?(\d{2})", (0, 1, 2)), (r"(\d{1,2})\.(\d{1,2})\.(\d{4})", (2, 1, 0))):
        found = re.fullmatch(shape, word)
        if found:
            try:
                return datetime.date(*(int(found.groups()[place]) for place in order))
            except ValueError:
                return None
    return None
