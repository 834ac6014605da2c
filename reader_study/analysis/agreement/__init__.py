"""Agreement between readers. A statistic that is undefined is null with a reason, never 0 or 1."""
