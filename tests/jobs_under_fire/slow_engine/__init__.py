"""A Django app for tests: every image takes FIRE_SECONDS longer in the engine, so that processes can be struck in mid-job,
and the job FIRE_POISON ends the process whenever it runs.
"""
