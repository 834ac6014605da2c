"""Where a training may run: one at a time on each GPU that the site names, or one on the processor.

A lease is a lock of a file, held by the worker and by the child: it ends with the last of them, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from webapp.work.jobs.kinds import JobMustWait

PROCESSOR = "processor"


@dataclass(frozen=True)
class Device:
    """name: of the GPU as the site wrote it, or PROCESSOR. lock: descriptor that the child inherits."""

    name: str
    lock: int

    @property
    def variables(self) -> dict[str, str]:
        """What keeps the child off every other GPU."""
        return {"CUDA_VISIBLE_DEVICES": "" if self.name == PROCESSOR else self.name}

    @property
    def arguments(self) -> list[str]:
        """Of `python -m training`."""
        return ["--accelerator", "cpu" if self.name == PROCESSOR else "gpu", "--devices", "1"]


def device_names() -> list[str]:
    """SIGHTLINE_TRAINING_GPUS, or the processor where none is named."""
    return list(settings.TRAINING_GPUS) or [PROCESSOR]


@contextmanager
def leased_device() -> Iterator[Device]:
    """A free one for as long as the block runs. Raises JobMustWait where every one is taken."""
    for name in device_names():
        lock = os.open(_lock_path(name), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        try:
            yield Device(name, lock)
        finally:
            os.close(lock)
        return
    raise JobMustWait(f"Every device for trainings is taken: {', '.join(device_names())}. It begins when one is free.")


def _lock_path(name: str) -> Path:
    folder: Path = settings.TRAINING_DIR / "devices"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / ("".join(letter if letter.isalnum() else "-" for letter in name)[:64] + ".lock")
