"""Does a site's calibrator help on cases that nobody saw? The demo model on phantoms of a shifted site: darker, noisier, and each
finding in a fifth of the pictures. Fitted on one half, judged on the other; the same with 30 positives is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from benchmarks.machine import describe_machine, write_result
from inference.bundle import Bundle
from inference.session import CPU, open_session, run_session
from measures.site_calibration import Figure, SiteCases, compared, fit_site, too_few
from tests.conftest import REPOSITORY
from training.phantoms.draw import draw_phantom

BUNDLE = REPOSITORY / "webapp/demo/demo-cxr-1.1.0.bundle"
FITTED, HELD, SHARE = 400, 400, 0.2
SIDE, BATCH = 224, 16


def picture(seed: int, findings: list[str]) -> np.ndarray:
    """[1, SIDE, SIDE] as the demo model takes it: a phantom, darkened and with noise, from its 0.5th to its 99.5th percentile."""
    generator = np.random.default_rng([seed, 9])
    image = draw_phantom(seed, size=SIDE, findings=findings).image.astype(np.float64) ** 1.4
    image += generator.normal(0, 0.02, image.shape)
    low, high = np.percentile(image, [0.5, 99.5])
    return np.clip((image - low) / (high - low), 0, 1).astype(np.float32)[None]


def scored(bundle: Bundle, count: int, first: int) -> tuple[np.ndarray, np.ndarray]:
    """(logits, labels), [count, findings] each, of phantoms from this seed on."""
    keys, generator = bundle.contents.keys, np.random.default_rng(first)
    labels = generator.random((count, len(keys))) < SHARE
    session, found = open_session(bundle.onnx_bytes, [CPU], threads=1), []
    for start in range(0, count, BATCH):
        rows = range(start, min(start + BATCH, count))
        images = [picture(first + k, [key for key, on in zip(keys, labels[k], strict=True) if on]) for k in rows]
        found.append(run_session(session, np.stack(images))["logits"])
    return np.concatenate(found).astype(float), labels.astype(float)


def measure() -> dict[str, Any]:
    """By finding: what the fit says of itself, and what the held-out half says."""
    bundle = Bundle.load(BUNDLE, run_selfcheck=False)
    (z, y), (held_z, held_y) = scored(bundle, FITTED, 100_000), scored(bundle, HELD, 200_000)
    found: dict[str, Any] = {}
    for k, finding in enumerate(bundle.findings):
        fit = fit_site(_cases(finding.calibrator.apply(z[:, k]), z[:, k], y[:, k]))
        held = _cases(finding.calibrator.apply(held_z[:, k]), held_z[:, k], held_y[:, k])
        loss, gain, ece = compared(held, expit(fit.scale * held_z[:, k] + fit.bias))
        found[finding.key] = {
            "positives": [int(y[:, k].sum()), int(held_y[:, k].sum())], "refused": fit.refused, "fit_gain": _numbers(fit.gain),
            "log_loss": list(map(_numbers, loss)), "gain": _numbers(gain), "ece": list(map(_numbers, ece)),
        }  # fmt: skip
    few = np.r_[np.flatnonzero(y[:, 0] == 1)[:30], np.flatnonzero(y[:, 0] == 0)]
    return {"findings": found, "with_30_positives": too_few(y[few, 0], [str(k) for k in few])}


def _cases(before: np.ndarray, logits: np.ndarray, labels: np.ndarray) -> SiteCases:
    return SiteCases(logits, before, labels, np.ones(len(labels)), [str(k) for k in range(len(labels))])


def _numbers(figure: Figure) -> list[float | None]:
    return [None if own is None else round(own, 4) for own in (figure.value, figure.low, figure.high, figure.floor)]


def main() -> None:
    """Prints and keeps the result."""
    found = {"machine": describe_machine(), **measure()}
    print(found)
    write_result("site_calibration", found)
