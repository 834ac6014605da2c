"""The analysis runs where no Django is: importing it must not load any."""

import subprocess
import sys


def test_importing_the_analysis_leaves_django_out() -> None:
    program = "import sys, reader_study.analysis.cli; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
