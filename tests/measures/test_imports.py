"""The formulas stand on NumPy and SciPy alone, so that every room may use them."""

import ast
import sys
from pathlib import Path

import measures

ALLOWED = {"measures", "numpy", "scipy", *sys.stdlib_module_names}


def test_no_file_imports_anything_but_numpy_and_scipy() -> None:
    files = sorted(Path(next(iter(measures.__path__))).glob("**/*.py"))
    assert len(files) > 1
    found = {
        f"{file.name}: {module}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        for module in _modules(node)
        if module.split(".")[0] not in ALLOWED
    }
    assert found == set()


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or "."] if isinstance(node, ast.ImportFrom) else []
