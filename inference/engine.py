"""Runs a bundle: images in, explanations out, on CUDA where it really works, else on the CPU; the answer says which.

One `session.run` gives probabilities, logits, maps and embedding; nothing here knows how the network looks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from inference.bundle import Bundle, BundleError, replay_selfcheck
from inference.documents import FindingDocument
from inference.explanation import Explanation, Origin, build_explanation, finding_numbers
from inference.gate import NOTHING_SAID, GateQuestion, GateVerdict, judge
from inference.manifest import OperatingPoint
from inference.preprocessing import ModelInput
from inference.session import CPU, open_session, provider_of, run_session
from inference.stoppable_run import RunWatch, run_limit, run_watched

__all__ = ["Case", "Engine", "Explanation", "NonFiniteOutput"]

# Small enough for the activations of a 512 x 512 network on a modest GPU, large enough to fill it.
BATCH = 8


@dataclass(frozen=True, eq=False)
class Case:
    """One image to be explained, with what the gate asks about it. points: in place of the bundle's own, by finding key."""

    input: ModelInput
    question: GateQuestion = NOTHING_SAID
    points: Mapping[str, OperatingPoint] = field(default_factory=dict)


class NonFiniteOutput(ArithmeticError):
    """A model gave NaN or infinity. Names the bundle, the output and the input tensor's hash; no number is shown."""

    def __init__(self, bundle: str, output: str, input_sha256: str) -> None:
        super().__init__(bundle, output, input_sha256)
        self.bundle = bundle
        self.output = output
        self.input_sha256 = input_sha256

    def __str__(self) -> str:
        return (
            f"bundle {self.bundle}: output {self.output!r} is not finite for input {self.input_sha256[:12]}; "
            "allowed: real numbers"
        )


class Engine:
    """A bundle on a provider.

    providers None: CUDA if present and working, else CPU. threads None: the runtime's choice.
    turn: held while the model runs, and only then, by those who share a device; boxes and documents need none.
    On another provider than the CPU (where `Bundle.load` replayed it) the selfcheck is replayed first: BundleError.
    is_timed: it is replayed on the CPU too, since a watched run is limited by what it took on this very session.
    """

    def __init__(
        self,
        bundle: Bundle,
        providers: Sequence[str] | None = None,
        threads: int | None = None,
        batch: int = BATCH,
        turn: AbstractContextManager[Any] | None = None,
        is_timed: bool = False,
    ) -> None:
        if batch < 1:
            raise ValueError(f"batch {batch}; allowed: 1 or more")
        self.bundle = bundle
        self._turn = turn or nullcontext()
        self._batch = batch
        self._session = open_session(bundle.onnx_bytes, providers, threads)
        self.provider = provider_of(self._session)
        self.selfcheck_seconds = 0.0  # how long its replay took; 0 where there was none
        if self.provider != CPU or is_timed:
            start = time.perf_counter()
            self._require_selfcheck()
            self.selfcheck_seconds = time.perf_counter() - start

    def explain(self, items: Sequence[Case], watch: RunWatch | None = None) -> list[Explanation]:
        """Explanations in the order of the cases. Raises ValueError for a wrong input size, NonFiniteOutput; with a watch
        also RunTooLong and RunUnwanted."""
        for item in items:
            self._require_size(item.input)
        return [explanation for batch in self._batches(items) for explanation in self._explain_batch(batch, watch)]

    def numbers(self, items: Sequence[Case], watch: RunWatch | None = None) -> list[list[FindingDocument]]:
        """What `explain` says of each finding, without maps and boxes; raises the same."""
        found = []
        for item in items:
            self._require_size(item.input)
        for batch in self._batches(items):
            outputs, _ = self._outputs(batch, watch)
            for row, item in enumerate(batch):
                own = {name: values[row] for name, values in outputs.items()}
                contents = self.bundle.contents.at_points(item.points)
                found.append(finding_numbers(contents, self._gate(item, own), own))
        return found

    def limit_seconds(self, images: int) -> float:
        """How long a watched run of so many images may take."""
        return run_limit(self.selfcheck_seconds, images, len(self.bundle.selfcheck["image"]))

    def _batches(self, items: Sequence[Case]) -> Iterator[Sequence[Case]]:
        for start in range(0, len(items), self._batch):
            yield items[start : start + self._batch]

    def _explain_batch(self, items: Sequence[Case], watch: RunWatch | None) -> list[Explanation]:
        outputs, seconds = self._outputs(items, watch)
        explanations = []
        for row, item in enumerate(items):
            own = {name: values[row] for name, values in outputs.items()}
            explanations.append(self._explain_one(item, own, seconds))
        return explanations

    def _outputs(self, items: Sequence[Case], watch: RunWatch | None) -> tuple[dict[str, np.ndarray], float]:
        """(outputs of one run, seconds of it per image)."""
        images = np.stack([item.input.image for item in items])
        with self._turn:
            start = time.perf_counter()
            outputs = self._run(images, watch)
            return outputs, (time.perf_counter() - start) / len(items)

    def _run(self, images: np.ndarray, watch: RunWatch | None) -> dict[str, np.ndarray]:
        if watch is None:
            return run_session(self._session, images)
        return run_watched(self._session, images, watch, self.limit_seconds(len(images)))

    def _gate(self, item: Case, outputs: dict[str, np.ndarray]) -> GateVerdict:
        for name, values in outputs.items():
            if not np.isfinite(values).all():
                raise NonFiniteOutput(f"{self.bundle.name} {self.bundle.version}", name, item.input.sha256)
        return judge(self.bundle.contents.gate, item.question, outputs["embedding"])

    def _explain_one(self, item: Case, outputs: dict[str, np.ndarray], seconds: float) -> Explanation:
        bundle = self.bundle
        gate = self._gate(item, outputs)
        origin = Origin(bundle.id, bundle.name, bundle.version, self.provider, item.input.sha256)
        contents = bundle.contents.at_points(item.points)
        return build_explanation(contents, origin, item.input, gate, outputs, seconds)

    def _require_size(self, model_input: ModelInput) -> None:
        spec = self.bundle.input_spec
        wanted = (1, spec.height, spec.width)
        if model_input.image.shape != wanted or model_input.image.dtype != np.float32:
            found = f"{model_input.image.dtype} {model_input.image.shape}"
            raise ValueError(f"model input is {found}; allowed: float32 {wanted} for {self.bundle.name}")

    def _require_selfcheck(self) -> None:
        failure = replay_selfcheck(self._session, self.bundle.selfcheck, self.bundle.contents.output_names)
        if failure is not None:
            name = f"{self.bundle.name} {self.bundle.version}"
            raise BundleError(name, f"selfcheck on {self.provider}", failure)
