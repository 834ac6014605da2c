"""What the worklist shows: codes in the address, rows, changes, neighbours of a case."""
