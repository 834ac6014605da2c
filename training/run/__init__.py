"""One row of a paper's table, from a frozen row of settings to a run folder with metrics, maps and a bundle."""
