"""`python -m training COMMAND`: main.py holds the arguments, one file per kind of command what it does."""
