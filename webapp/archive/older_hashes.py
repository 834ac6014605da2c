"""Hashes of pixels and look for images that were stored before there were any."""

from collections.abc import Callable

from inference.dicom.refusal import DicomRefusal
from inference.look_hash import look_hash
from webapp.archive import children
from webapp.archive.frame.frames import header_of
from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch, verified_path

# Rooms above register here in their AppConfig.ready: told of each image once its hashes are known.
image_hashed_hooks: list[Callable[[Image], object]] = []


def hash_older_images() -> int:
    """Decodes each image that has no hash yet, one after the other; how many have one now.

    One that cannot be decoded, or whose file is not the stored one, is passed over and tried again the next time.
    """
    count = 0
    for key in list(Image.objects.filter(pixel_sha256="").order_by("-created_at").values_list("pk", flat=True)):
        image = Image.objects.get(pk=key)
        try:
            pixels = children.decode(verified_path(image), header_of(image))
        except (DicomRefusal, IntegrityMismatch, OSError):
            continue
        image.pixel_sha256, image.look_hash = pixels.sha256, look_hash(pixels.values)
        image.save(update_fields=["pixel_sha256", "look_hash"])
        for hook in image_hashed_hooks:
            hook(image)
        count += 1
    return count
