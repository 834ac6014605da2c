"""Every public function and class of the product is used by the product, published, or listed here with the reason; so is every
value that a file of the viewer exports."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests.conftest import REPOSITORY

ROOMS = ("inference", "measures", "reader_study", "reports", "training", "webapp")
VIEWER = REPOSITORY / "webapp/viewer/frontend/src"
EXPORTED = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)

# Part of the product that its own code does not call.
KEPT = {
    "inference.dicom.stored_pixels.stored_pixels": "decoded values of the caller as the package's type; `make bench` calls it",
    "reader_study.analysis.agreement.bland_altman.limits_of_agreement": "for analysts, who call it from Python",
    "reader_study.analysis.likelihood_ratios.likelihood_ratios": "for analysts, who call it from Python",
    "reader_study.analysis.lroc.lroc_area": "for analysts, who call it from Python",
    "reader_study.analysis.simulate.simulate": "the tutorial of the statistics calls it, and `make bench`",
    "measures.sampled_share.sampled_share": "for analysts, who call it from Python; `make bench` calls it",
    "webapp.accounts.token_sign_in.PlainTokenScheme": "drf-spectacular finds it among the subclasses of its own",
}


@cache
def trees() -> dict[str, ast.Module]:
    """Module name to syntax tree of the product's Python, without migrations."""
    found = {"manage": ast.parse((REPOSITORY / "manage.py").read_text())}
    for room in ROOMS:
        for path in sorted((REPOSITORY / room).rglob("*.py")):
            if not {"migrations", "node_modules", "static"} & set(path.parts):
                parts = path.relative_to(REPOSITORY).with_suffix("").parts
                found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text())
    return found


@cache
def loaded(tree: ast.AST) -> frozenset[str]:
    return frozenset(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )


def uses() -> set[str]:
    """Dotted names that an import, a module's attribute, `__all__` or a string such as a setting or a URL mentions."""
    found: set[str] = set()
    for tree in trees().values():
        places: dict[str, str] = {}
        nodes = list(ast.walk(tree))
        attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
                places |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                places |= {alias.asname or alias.name: alias.name for alias in node.names}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {name.replace(":", ".") for name in re.findall(r"\b[a-z_]\w*(?:[.:]\w+)+", node.value)}
                found |= {".".join(pair) for pair in re.findall(r"from ([\w.]+) import (\w+)", node.value)}
        for node in attributes:
            if place := places.get(ast.unparse(node.value)):
                found.add(f"{place}.{node.attr}")
        # A module in a tuple or an argument: whoever gets it may call any of its functions.
        bases = {id(node.value) for node in attributes}
        handed_on = {places.get(node.id) for node in nodes if isinstance(node, ast.Name) and id(node) not in bases}
        for module in handed_on & set(trees()):
            found |= {f"{module}.{node.name}" for node in trees()[module].body if isinstance(node, ast.FunctionDef)}
    return found


def is_called_by_a_framework(node: ast.AST) -> bool:
    """Decorated (receivers, checks, admin pages), or a class that Django finds by its place or base."""
    bases = {ast.unparse(base).split(".")[-1] for base in getattr(node, "bases", [])}
    return bool(node.decorator_list and isinstance(node, ast.FunctionDef)) or bool(
        bases & {"AppConfig", "BaseCommand", "ModelAdmin", "UserAdmin", "SightlineCommand"}
    )


def unused() -> set[str]:
    everywhere = uses()
    found = set()
    for module, tree in trees().items():
        inside: dict[str, int] = defaultdict(int)
        for node in tree.body:
            for name in loaded(node):
                inside[name] += 1
        for node in tree.body:
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                continue
            by_itself = node.name in loaded(node)
            if inside[node.name] > by_itself or is_called_by_a_framework(node):
                continue
            if f"{module}.{node.name}" not in everywhere:
                found.add(f"{module}.{node.name}")
    return found


def test_every_public_name_is_used_or_listed() -> None:
    assert unused() == set(KEPT)


def unused_exports(texts: dict[str, str]) -> set[str]:
    """`file: name` of the values that no file takes from there and their own file names nowhere else; types are the compiler's
    matter."""
    found = set()
    for file, text in texts.items():
        stem = re.escape(Path(file).name.split(".")[0])
        for match in EXPORTED.finditer(text):
            name = match[1]
            end = re.compile(r"^(?:[})\]].*)?$", re.MULTILINE).search(text, match.end())
            rest = text[: match.start()] + text[end.end() if end else len(text) :]
            taken = re.compile(rf"\b{name}\b[^;]*\bfrom '[^']*/{stem}'|import\('[^']*/{stem}'\)")
            takers = (other for other in texts.values() if f"/{stem}'" in other and name in other)
            if not re.search(rf"\b{name}\b", rest) and not any(map(taken.search, takers)):
                found.add(f"{file}: {name}")
    return found


def test_every_value_that_a_file_of_the_viewer_exports_is_used() -> None:
    paths = [path for path in VIEWER.rglob("*.ts*") if ".test." not in path.name and path.name != "schema.d.ts"]
    assert unused_exports({str(path.relative_to(VIEWER)): path.read_text() for path in paths}) == set()


def test_an_export_that_only_calls_itself_is_unused() -> None:
    texts = {
        "a.ts": "export function again(n: number): void {\n  again(n - 1);\n}\n\nexport const ONE = 1;\n",
        "b.ts": "import { ONE } from './a';\n",
        "c.ts": "export const ONE = 1;\n",
    }
    assert unused_exports(texts) == {"a.ts: again", "c.ts: ONE"}


if __name__ == "__main__":
    print(*sorted(unused()), sep="\n")
