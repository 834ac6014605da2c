"""Print the requirements of pyproject.toml: `base` or the name of an extra, one per line.

pip can install a project with its extras, but not the extras alone, and the project runs from its checkout.
"""

import sys
import tomllib
from pathlib import Path


def requirements(names: list[str]) -> list[str]:
    """Requirement lines of the named groups; raises SystemExit naming an unknown group and the allowed ones."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    groups = {"base": project["dependencies"], **project["optional-dependencies"]}
    unknown = [name for name in names if name not in groups]
    if unknown:
        raise SystemExit(f"requirements: {unknown[0]!r} is not one of {', '.join(sorted(groups))}")
    return [line for name in names for line in groups[name]]


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1:])))
