"""What a C library prints on standard error while it decodes.

A JPEG stream that was cut and closed with an end marker decodes without an error: libjpeg fills the missing half
with gray and only prints a warning. That print is the one sign there is, so it is read.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from inference.dicom.refusal import DicomRefusal

# libjpeg's JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC, JWRN_JPEG_EOF: pixels are made up from here on.
# Left out on purpose: "extraneous bytes before marker" is what normal padding looks like.
_LOST_PIXELS = (b"premature end of data segment", b"bad Huffman code", b"instead of RST", b"Premature end of JPEG")
_STANDARD_ERROR = 2
_MOST_BYTES = 65_536


@contextmanager
def refused_if_pixels_were_lost() -> Iterator[None]:
    """Raises DicomRefusal codestream_truncated after the block when the library printed that pixels are missing.

    Redirects the descriptor of the whole process: for the single-threaded child only.
    """
    with tempfile.TemporaryFile() as prints:
        kept = os.dup(_STANDARD_ERROR)
        os.dup2(prints.fileno(), _STANDARD_ERROR)
        try:
            yield
        finally:
            os.dup2(kept, _STANDARD_ERROR)
            os.close(kept)
        prints.seek(0)
        text = prints.read(_MOST_BYTES)
    if any(sign in text for sign in _LOST_PIXELS):
        raise DicomRefusal("codestream_truncated", "the compressed pixel stream ends before the image is complete")
