"""What the verbs of `python -m training` do for rows of the papers' tables; cli.py holds their arguments."""
