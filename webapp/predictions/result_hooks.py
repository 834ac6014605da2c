"""What rooms above do with a result, in the transaction that stores it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from webapp.archive.models import Image

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredResult:
    """document: as the API gives it. seconds: of the model's run."""

    image: Image
    bundle_id: str
    document: dict[str, Any]
    seconds: float


# Each registers in its AppConfig.ready.
result_hooks: list[Callable[[StoredResult], None]] = []


def tell_stored(result: StoredResult) -> None:
    """A hook that fails undoes what it did itself: the result is stored all the same."""
    for hook in result_hooks:
        try:
            with transaction.atomic():
                hook(result)
        except Exception:
            logger.exception("a result of image %s was stored, and not told to a room above", result.image.pk)
