"""What is measured, how, against whom. Results are printed and kept under benchmarks/results, never asserted in a test."""
