"""How long "What would change its mind?" computes: 64 erased copies of one input of the demo model, and the memory they take.

    python -m benchmarks.erased_copies [--rounds 9]

32 areas, each filled in both ways. Timed as the worker does it: masks, fillings, the model in runs of the engine's batch, and
the calibrated numbers. Wall time stands beside the processor time of all threads, which other work on the machine changes little.
Memory: how far the resident peak of a fresh process rises above what it holds with model and copies in hand, per size of the runs.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import describe_machine, write_result
from inference.bundle import Bundle
from inference.engine import BATCH, Case, Engine
from inference.erasing import FILLINGS, Area, area_masks, erased_inputs
from inference.preprocessing import ModelInput, as_model_input, resize_image
from training.phantoms.draw import draw_phantom

DEMO = next(iter(sorted(Path("webapp/demo").glob("*.bundle"))))
AREAS = 32
SIDE = 1024
AIM_SECONDS = 0.5


def areas() -> list[Area]:
    """Squares at random places."""
    rng = np.random.default_rng(5)
    corners = rng.uniform(0, SIDE - 200, (AREAS, 2))
    return [Area(polygons=(((x, y), (x + 200, y), (x + 200, y + 200), (x, y + 200)),)) for x, y in corners]


def source(bundle: Bundle) -> ModelInput:
    image = draw_phantom(810_000, size=SIDE).image
    field, _ = resize_image(image, bundle.input_spec)
    return as_model_input(field, SIDE, SIDE, bundle.input_spec)


def one_round(engine: Engine, model_input: ModelInput, wanted: list[Area]) -> dict[str, float]:
    """Seconds of each part."""
    start, processor = time.perf_counter(), time.process_time()
    masks = area_masks(wanted, model_input)
    drawn = time.perf_counter()
    copies = [copy for filling in FILLINGS for copy in erased_inputs(model_input, masks, filling)]
    made = time.perf_counter()
    numbers = engine.numbers([Case(copy) for copy in copies])
    done = time.perf_counter()
    if len(numbers) != len(FILLINGS) * len(wanted):
        raise RuntimeError(f"{len(numbers)} answers for {len(copies)} copies")
    used = time.process_time() - processor
    return {
        "masks": drawn - start,
        "fillings": made - drawn,
        "model": done - made,
        "all": done - start,
        "processor": used,
    }


def peak_mib(batch: int) -> float:
    """MiB by which a fresh process grows while it runs 64 copies in batches of `batch`."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth_here, (batch,))


def _growth_here(batch: int) -> float:
    bundle = Bundle.load(DEMO)
    engine, model_input = Engine(bundle, batch=batch), source(bundle)
    masks = area_masks(areas(), model_input)
    cases = [Case(copy) for filling in FILLINGS for copy in erased_inputs(model_input, masks, filling)]
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _status_mib("VmHWM")
    engine.numbers(cases)
    return _status_mib("VmHWM") - before


def _status_mib(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_known_args()[0].rounds
    bundle = Bundle.load(DEMO)
    engine, model_input, wanted = Engine(bundle), source(bundle), areas()
    one_round(engine, model_input, wanted)
    times = [one_round(engine, model_input, wanted) for _ in range(rounds)]
    result: dict[str, Any] = {
        "machine": describe_machine(),
        "load_average": os.getloadavg()[0],
        "model": f"{bundle.name} {bundle.version}",
        "copies": AREAS * len(FILLINGS),
        "engine_batch": BATCH,
        "threads": "the runtime's choice",
        "rounds": rounds,
        "aim_seconds": AIM_SECONDS,
        "seconds": {
            part: {"median": float(np.median(values)), "least": min(values), "most": max(values)}
            for part in times[0]
            for values in [[one[part] for one in times]]
        },
        "growth_mib": {str(batch): round(peak_mib(batch), 1) for batch in (BATCH, 64)},
    }
    write_result("erased_copies", result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
