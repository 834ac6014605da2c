"""Multi-reader multi-case statistics in NumPy and SciPy, usable without Django: `python -m reader_study.analysis`."""

VERSION = "1"
