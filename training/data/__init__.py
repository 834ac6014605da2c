"""Readers and patient-wise splits of the data sets in methods.md section 3. Readers need neither torch nor Django."""
