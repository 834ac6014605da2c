"""The life of one job row: created, claimed, kept by a lease, finished behind its fence, swept up when its worker died."""
