"""The display check: what a person can see of a test picture on the screen before them, ahead of reading. Kept per sitting."""
