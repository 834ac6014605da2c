"""Which views show the body from the front or the back, and which from the side: as terms.json says what frontal and lateral
leave open."""

from typing import Final

from inference.exam.terms import VIEW, within

FRONTAL_VIEWS: Final = within(VIEW, "FRONTAL")
LATERAL_VIEWS: Final = within(VIEW, "LAT")
