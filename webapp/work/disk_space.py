"""What is free on the volume of the state folder, and the reserve of it that uploads must leave.

The reserve is for reading: each frame that is shown adds an event to the record, and readers' answers are rows.
"""

import shutil
from dataclasses import dataclass

from django.conf import settings

LEAST_RESERVE_BYTES = 2**30
RESERVE_SHARE = 0.02
FULL_BYTES = 2**20  # with less than this the next commit may fail


@dataclass(frozen=True)
class DiskSpace:
    """The volume of SIGHTLINE_HOME, all in bytes. free: to a program without special rights. reserve: what uploads leave."""

    free: int
    total: int
    reserve: int

    @property
    def is_full(self) -> bool:
        return self.free < FULL_BYTES

    @property
    def is_low(self) -> bool:
        """The reserve is touched: nothing more is taken in."""
        return not self.has_room(0)

    def has_room(self, more: int) -> bool:
        """Whether the reserve stays whole when `more` bytes are written. A reserve of 0 asks nothing."""
        return not self.reserve or self.free - more >= self.reserve

    def words(self) -> str:
        """For operators, as one sentence."""
        said = f"{size_words(self.free)} free of {size_words(self.total)}, reserve {size_words(self.reserve)}"
        return f"{said}: uploads are refused until there is room" if self.is_low else said


def disk_space() -> DiskSpace:
    """As it is at this moment."""
    usage = shutil.disk_usage(settings.SIGHTLINE_HOME)
    return DiskSpace(usage.free, usage.total, reserve_bytes(usage.total))


def reserve_bytes(total: int) -> int:
    """Of a volume of `total` bytes: DISK_RESERVE_BYTES, or the larger of 1 GiB and 2 % where that is None."""
    chosen: int | None = settings.DISK_RESERVE_BYTES
    return max(LEAST_RESERVE_BYTES, int(RESERVE_SHARE * total)) if chosen is None else chosen


def size_words(count: int) -> str:
    """A number of bytes as people say it: 512 KiB, 340 MiB, 1.2 GiB. Rounded down, so that what is short of a limit
    does not read as the limit."""
    if count >= 2**30:
        return f"{int(count / 2**30 * 10) / 10:.1f} GiB"
    return f"{count // 2**20} MiB" if count >= 2**20 else f"{count // 2**10} KiB"
