"""Mutated files through pre-parse and decoding child: `python -m tests.hostile.fuzz_dicom --count 10000`.

Any code or an image will do. Another kind of exception, a dead forking server or more than ten seconds for one file
ends the run with the mutation kept beside its number, so that it can be tried again.
"""

import argparse
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from inference.dicom import Accept, ChildPool, DicomRefusal
from inference.preprocessing import InputSpec
from tests.conftest import shared_data_folder
from tests.inference.dicom.made_files import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, MadeImage
from tests.inference.dicom.made_streams import RAMP, STREAMS

SLOWEST_SECONDS = 10.0
LARGEST_SEED_BYTES = 200_000


@dataclass
class FuzzReport:
    """outcomes: count by code, `accept` for an image. slowest_seconds: of one file through both children."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0


class ServerDied(Exception):
    """A file ended the forking server: only its child may end."""


def seeds() -> list[bytes]:
    """Files made here, and small real ones where the test data are present."""
    made = [
        MadeImage(pixels, syntax=syntax, bits_stored=bits, stream=[stream]).to_bytes()
        for syntax, (pixels, bits, stream) in STREAMS.items()
    ]
    made += [MadeImage(RAMP, syntax=syntax).to_bytes() for syntax in (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN)]
    real = sorted(path for path in shared_data_folder("dicom").glob("*/*") if path.stat().st_size < LARGEST_SEED_BYTES)
    return made + [path.read_bytes() for path in real][: 50 - len(made)]


def mutated(seed: bytes, generator: np.random.Generator) -> bytes:
    """One to eight changes: a byte, a run of 00 or FF, a cut, a copy of one part over another."""
    raw = bytearray(seed)
    for _ in range(int(generator.integers(1, 9))):
        place, size = int(generator.integers(0, len(raw))), int(generator.integers(1, 9))
        kind = generator.integers(0, 5)
        if kind <= 1:
            raw[place] = int(generator.integers(0, 256))
        elif kind == 2:
            raw[place : place + size] = bytes([int(generator.choice([0x00, 0xFF]))]) * size
        elif kind == 3 and len(raw) > 400:
            del raw[place : place + size]
        else:
            source = int(generator.integers(0, len(raw)))
            raw[place : place + size] = raw[source : source + size]
    return bytes(raw)


# As at the door: the child that decodes also makes what models see.
MODEL_INPUTS = (InputSpec(16, 16), InputSpec(16, 16, "file-voi", "stretch"))


def fuzz(pool: ChildPool, folder: Path, count: int, seed: int = 20261120) -> FuzzReport:
    """`count` mutations; raises on anything that is neither an image nor a refusal."""
    generator = np.random.default_rng(seed)
    originals = seeds()
    pool.start()
    server, report = pool.server_pid, FuzzReport()
    for number in range(count):
        path = folder / f"mutation-{number}.dcm"
        path.write_bytes(mutated(originals[number % len(originals)], generator))
        started = time.monotonic()
        report.outcomes[_outcome(pool, path)] += 1
        seconds = time.monotonic() - started
        report.slowest_seconds = max(report.slowest_seconds, seconds)
        if seconds > SLOWEST_SECONDS:
            raise TimeoutError(f"{path.name} took {seconds:.1f} seconds; allowed: {SLOWEST_SECONDS:g}")
        if pool.server_pid != server:
            raise ServerDied(f"{path.name} ended the forking server")
        path.unlink()
    return report


def _outcome(pool: ChildPool, path: Path) -> str:
    try:
        pool.decode_and_prepare(path, pool.preparse(path, Accept.any_class()), MODEL_INPUTS)
    except DicomRefusal as refusal:
        return refusal.code
    return "accept"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261120)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sightline-fuzz-"))
    with ChildPool() as pool:
        report = fuzz(pool, folder, arguments.count, arguments.seed)
    for code, count in report.outcomes.most_common():
        print(f"{count:7d}  {code}")
    print(f"{report.outcomes.total()} files, the slowest took {report.slowest_seconds:.2f} s; the server never ended")


if __name__ == "__main__":
    main()
