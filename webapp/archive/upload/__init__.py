"""Files that people send: the request, its limits, and the report of what became of each."""
