"""The sandboxed child processes that read files: the web process itself parses and decodes nothing."""

from inference.dicom.child_pool import ChildPool, shared_pool


def pool() -> ChildPool:
    """One pool per process, started at its first use."""
    return shared_pool()
