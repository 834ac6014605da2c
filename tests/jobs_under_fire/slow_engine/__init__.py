"""A Django app for tests: every image takes FIRE_SECONDS longer in the model's run, so that processes can be struck in the
middle of one; the job FIRE_POISON ends the process before its run, and a run of the bundle of version FIRE_KILLER ends it.
"""
