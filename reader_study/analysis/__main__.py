import sys

from reader_study.analysis.cli import main

sys.exit(main())
