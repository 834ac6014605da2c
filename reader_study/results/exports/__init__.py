"""Files of a locked study. No identity, no dates: codes, and days since opening."""
