"""Work for worker processes: jobs, claims under leases, the worker, its wake-up by a broker, and the pages of operations.

What a job does is told by the rooms above, which register their kinds (jobs/kinds.py) and figures (extension_points.py).
"""
