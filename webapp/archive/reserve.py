"""Whether the disk has room for what comes in: uploads end where the reserve for reading begins."""

from webapp.archive.reasons import Reason, reason
from webapp.work.disk_space import disk_space, size_words


def reserve_refusal(more_bytes: int = 0) -> Reason | None:
    """Why nothing is taken in that writes `more_bytes`, or None. The sentence names what is free and the reserve."""
    disk = disk_space()
    if disk.has_room(more_bytes):
        return None
    need = f"; this may take {size_words(more_bytes)}" if more_bytes >= 2**20 else ""
    text = (
        f"The server has {size_words(disk.free)} of disk free and keeps {size_words(disk.reserve)} for reading{need}."
    )
    return reason("disk_reserve", text)
