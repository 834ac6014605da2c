"""One run of the engine for several images, such that no image can spoil the others.

A batch that fails is run again in parts: in halves when memory ran out, image by image otherwise. What is left is the
exception of exactly the images that it belongs to.
"""

import logging
from collections.abc import Sequence

from inference.engine import Case, Engine, Explanation
from inference.stoppable_run import RunTooLong, RunUnwanted, RunWatch

logger = logging.getLogger(__name__)

# How ONNX Runtime, CUDA and the C++ library say it; they have no exception of their own for it.
_MEMORY_WORDS = ("out of memory", "failed to allocate", "bad_alloc", "bfcarena", "cuda_error_out_of_memory")


class EngineOutOfMemory(MemoryError):
    """The model run found no memory, even for a single image."""


def explain_cases(
    engine: Engine, cases: Sequence[Case], watch: RunWatch | None = None
) -> list[Explanation | Exception]:
    """Explanation or exception of each case, in their order. Never raises for a case; RunTooLong and RunUnwanted, where the
    watch stopped a run, are about all of them."""
    try:
        return list(engine.explain(cases, watch))
    except (RunTooLong, RunUnwanted):
        raise
    except Exception as problem:
        is_memory = ran_out_of_memory(problem)
        if len(cases) == 1:
            return [EngineOutOfMemory(str(problem)) if is_memory else problem]
        logger.warning("a run of %d images failed (%s); they are run in parts", len(cases), type(problem).__name__)
    step = max(1, len(cases) // 2) if is_memory else 1
    parts = [cases[start : start + step] for start in range(0, len(cases), step)]
    return [answer for part in parts for answer in explain_cases(engine, part, watch)]


def ran_out_of_memory(problem: Exception) -> bool:
    """True for a MemoryError and for what runtimes raise in its place."""
    text = str(problem).lower()
    return isinstance(problem, MemoryError) or any(word in text for word in _MEMORY_WORDS)
