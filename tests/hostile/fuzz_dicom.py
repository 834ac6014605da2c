"""Mutated files through pre-parse and decoding child: `python -m tests.hostile.fuzz_dicom --count 10000`.

Any code or an image will do. Another kind of exception, a dead server or more than ten seconds for one file ends
the run with the mutation kept beside its number, so that it can be tried again.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from inference.dicom import Accept, ChildPool, DicomRefusal
from tests.conftest import shared_data_folder
from tests.inference.dicom.made_files import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, MadeImage
from tests.inference.dicom.made_streams import RAMP, STREAMS

SLOWEST_SECONDS = 10.0
LARGEST_SEED_BYTES = 200_000


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


def fuzz(pool: ChildPool, folder: Path, count: int, seed: int = 20261120) -> Counter[str]:
    """Outcomes of `count` mutations; raises on anything that is neither an image nor a refusal."""
    generator = np.random.default_rng(seed)
    originals = seeds()
    outcomes: Counter[str] = Counter()
    for number in range(count):
        path = folder / f"mutation-{number}.dcm"
        path.write_bytes(mutated(originals[number % len(originals)], generator))
        started = time.monotonic()
        outcomes[_outcome(pool, path)] += 1
        if time.monotonic() - started > SLOWEST_SECONDS:
            raise TimeoutError(f"{path.name} took longer than {SLOWEST_SECONDS:g} seconds")
        path.unlink()
    return outcomes


def _outcome(pool: ChildPool, path: Path) -> str:
    try:
        pool.decode(path, pool.preparse(path, Accept.any_class()))
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
        outcomes = fuzz(pool, folder, arguments.count, arguments.seed)
    for code, count in outcomes.most_common():
        print(f"{count:7d}  {code}")


if __name__ == "__main__":
    main()
