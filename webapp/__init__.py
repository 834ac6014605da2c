"""The web application: Django rooms, and the worker that explains images."""

import os

# NumPy's matrices here are small. With threads of its own BLAS waits for cores that the model holds: interpolating one
# map then takes ten times as long, and burns the time that it waits. Set before NumPy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
