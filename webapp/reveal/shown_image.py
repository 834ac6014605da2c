"""Which bytes of an image somebody was shown: their hash is kept beside every answer, and compared before it is used again."""

from webapp.archive.models import Image


def shown_sha256(image: Image) -> str:
    """Hex SHA-256 of the stored file as it is shown now (the archive checks it at every reading): what an answer keeps."""
    return image.stored_sha256


def is_image_shown(image: Image, sha256: str) -> bool:
    """Whether the stored file is still the one whose hash was kept. An empty hash is none: False."""
    return bool(sha256) and sha256 == image.stored_sha256
