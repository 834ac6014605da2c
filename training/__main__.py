"""`python -m training VERB`."""

import sys

from training.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
