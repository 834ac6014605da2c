"""Pages under /studies/: one file, one page; each asks policy first and acts through a service."""
