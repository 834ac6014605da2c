"""Whether somebody has met the model's output of an image outside clinical review: what they say first is then not before it."""

from collections.abc import Callable
from typing import Any

from webapp.accounts.models import User

ShownElsewhere = Callable[[User, Any], bool]
# Rooms above add theirs when they are ready. Each gets a person and an image, and looks at what was recorded when it was shown.
SHOWN_ELSEWHERE: list[ShownElsewhere] = []


def was_shown_elsewhere(person: User, image: Any) -> bool:
    """image: an archive.Image."""
    return any(shown(person, image) for shown in SHOWN_ELSEWHERE)
