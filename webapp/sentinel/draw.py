"""Which images are drawn: a keyed hash of what the file calls itself, compared with the project's share.

The key is the site's secret key, which no page and no table holds: nobody can tell before an image arrives whether it will be
drawn, nor choose one that will not be. The hash is over the SOP Instance UID and nothing else, so that the same file has the same
draw whenever it comes, whoever sends it and whatever row it gets.
"""

from django.utils.crypto import salted_hmac

from webapp.archive.models import Image, Project
from webapp.sentinel.models import SentinelDraw

SALT = "webapp.sentinel.draw"
RANGE = 2**64


def draw_number(uid: str) -> int:
    """0 to 2**64 - 1, uniform: the first eight bytes of HMAC-SHA-256 of the UID."""
    digest = salted_hmac(SALT, uid, algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big")


def is_drawn(uid: str, share: int) -> bool:
    """share: percent, 0 (none) to 100 (all)."""
    return draw_number(uid) * 100 < share * RANGE


def draw_new_image(image: Image) -> None:
    """Stores the draw of a newly stored image with its probability, in the transaction that stores the image: before any model
    has seen it. It is never made again: a share that changes later holds for later images."""
    # Read anew: whoever sends many files began with the project as it was then.
    share = Project.objects.values_list("sentinel_share", flat=True).get(pk=image.project_id)
    drawn = is_drawn(image.sop_instance_uid, share)
    SentinelDraw.objects.create(image=image, probability=share / 100, is_drawn=drawn)
