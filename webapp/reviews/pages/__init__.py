"""Pages below /failures/: one module per page."""
