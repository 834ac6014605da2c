"""The server's clock, in one place: washout, sessions and locks ask it, and tests set it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """Now, in UTC; under SIGHTLINE_TEST_CLOCK (tests only, see settings) as many days later as the clock file says."""
    file = settings.STUDY_CLOCK_FILE
    if file is None:
        return timezone.now()
    days = file.read_text().strip() if file.exists() else "0"
    return timezone.now() + timedelta(days=int(days))
