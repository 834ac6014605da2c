"""Metrics of the site as families of prometheus-client, filled from rows instead of counted in a process."""

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

PREFIX = "sightline_"

Family = Metric


@dataclass(frozen=True)
class Histogram:
    """`counts[i]`: how many took at most `bounds[i]` seconds (cumulative); `total` of them in `seconds`."""

    bounds: Sequence[float]
    counts: Sequence[int]
    total: int
    seconds: float


def gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    """A figure that goes up and down, one sample per `add_metric(values of the labels, value)`."""
    return GaugeMetricFamily(PREFIX + name, text, labels=labels)


def gauge_of(name: str, text: str, value: float) -> GaugeMetricFamily:
    """A figure without labels."""
    return GaugeMetricFamily(PREFIX + name, text, value=value)


def counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    """A figure that only grows; the text format adds `_total` to its name."""
    return CounterMetricFamily(PREFIX + name, text, labels=labels)


def histogram(name: str, text: str, histogram: Histogram) -> HistogramMetricFamily:
    """Cumulative counts with their sum in seconds, to the millisecond."""
    buckets = [(f"{bound:g}", count) for bound, count in zip(histogram.bounds, histogram.counts, strict=True)]
    return HistogramMetricFamily(
        PREFIX + name, text, buckets=[*buckets, ("+Inf", histogram.total)], sum_value=round(histogram.seconds, 3)
    )
