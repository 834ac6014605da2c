"""Ask: draw the places. Judge: compare what was seen. And whether the display was checked in this sitting."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp import audit
from webapp.accounts.models import User
from webapp.display_check.models import DisplayCheck
from webapp.display_check.strips import FIELDS, STRIPS

OPEN_FOR = timedelta(minutes=15)  # a picture that was left lying says nothing of the room as it is now
MOST_PX = 100_000
MOST_RATIO = 20.0


class NotTaken(Exception):
    """The answer is not taken; the sentence is for the person."""


@dataclass(frozen=True)
class Screen:
    """Width and height in CSS pixels, device pixels per CSS pixel; None where the browser did not say."""

    width: int | None = None
    height: int | None = None
    pixel_ratio: float | None = None


def ask(user: User, sitting: str, now: datetime | None = None) -> DisplayCheck:
    """A new picture. Those of this person that can no longer be answered are put away; one in another tab stays open."""
    now = now or timezone.now()
    DisplayCheck.objects.filter(user=user, answered_at=None, asked_at__lt=now - OPEN_FOR).delete()
    places = {code: secrets.randbelow(FIELDS) + 1 for code in STRIPS}
    return DisplayCheck.objects.create(user=user, sitting=sitting, asked_at=now, places=places)


def judge(
    user: User, sitting: str, key: UUID, given: Mapping[str, int], screen: Screen, now: datetime | None = None
) -> DisplayCheck:
    """Takes the answer, once. Raises NotTaken: another's or an older picture, one that is answered, strips left out."""
    now = now or timezone.now()
    with transaction.atomic():
        check = DisplayCheck.objects.select_for_update().filter(pk=key, user=user, sitting=sitting).first()
        if check is None or check.answered_at or now - check.asked_at > OPEN_FOR:
            raise NotTaken("This picture is no longer open; here is a new one.")
        left_out = [STRIPS[code].title for code in check.places if code not in given]
        if left_out:
            raise NotTaken(f"Not answered: {', '.join(left_out)}. Here is a new picture.")
        check.given = {code: given[code] for code in check.places}
        check.answered_at, check.is_passed = now, check.given == check.places
        check.screen_width, check.screen_height, check.pixel_ratio = screen.width, screen.height, screen.pixel_ratio
        check.save()
        audit.record(user, "display_check", f"display_check:{check.pk}", passed=check.is_passed, missed=check.missed)
    return check


def passed_in(user: User, sitting: str) -> DisplayCheck | None:
    """The newest check that this person passed in this sitting."""
    rows = DisplayCheck.objects.filter(user=user, sitting=sitting, is_passed=True)
    return rows.order_by("-answered_at").first()
