"""Statistics that training, reader studies and the pages share, each formula once: NumPy and SciPy, nothing of ours."""
