"""One metric in Prometheus' text format, version 0.0.4: help, type and samples."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Histogram:
    """`counts[i]`: how many took at most `bounds[i]` seconds (cumulative); `total` of them in `seconds`."""

    bounds: Sequence[float]
    counts: Sequence[int]
    total: int
    seconds: float


class Family:
    """One metric with its help, type and samples."""

    def __init__(self, name: str, kind: str, text: str) -> None:
        self.name = f"sightline_{name}"
        self.lines = [f"# HELP {self.name} {text}", f"# TYPE {self.name} {kind}"]

    def add(self, value: float, suffix: str = "", **labels: str) -> "Family":
        shown = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        self.lines.append(f"{self.name}{suffix}{{{shown}}} {value:g}" if shown else f"{self.name}{suffix} {value:g}")
        return self


def histogram_family(name: str, text: str, histogram: Histogram) -> Family:
    family = Family(name, "histogram", text)
    for bound, count in zip(histogram.bounds, histogram.counts, strict=True):
        family.add(count, "_bucket", le=f"{bound:g}")
    family.add(histogram.total, "_bucket", le="+Inf")
    return family.add(round(histogram.seconds, 3), "_sum").add(histogram.total, "_count")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
