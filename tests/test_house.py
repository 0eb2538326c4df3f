"""The rules of the house, read from the sources: who may import whom, how long functions are, what the pages name."""
from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("optimizers", "surfaces", "configs", "scenes")
TOP = ("registry", *PACKAGES, "render")
FOLDERS = (*PACKAGES, "tests", "tools", "benchmarks", "docs")

# Imports run one way: what each part may know besides itself.
MAY_IMPORT = {
    "registry": set(),
    "optimizers": {"registry"},
    "surfaces": {"registry"},
    "configs": {"registry", "optimizers", "surfaces", "scenes"},
    "scenes": {"registry", "optimizers", "surfaces", "configs"},
    "render": {"registry", "optimizers", "surfaces", "configs", "scenes"},
}
DRAWING = {"manimlib", "moderngl", "moderngl_window", "av", "pyglet", "OpenGL", "glcontext"}
HEAVY = DRAWING | {"scipy", "matplotlib", "PIL"}

FUNCTION_LINES = 40     # a file is as long as its one thought needs
LONGER: dict[str, str] = {}   # "path:function" -> why it reads better whole


def sources() -> list[Path]:
    """Every Python file of the project."""
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted([*ROOT.glob("*.py"), *inside])


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


SOURCES = sources()
TREES = {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in SOURCES}
OURS = [path for path in SOURCES if dotted(path).split(".")[0] in TOP]


def imports(path: Path) -> Iterator[str]:
    """The dotted name of everything the file imports, at its top or inside a function: `from a import b` gives a.b."""
    package = dotted(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[:len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def edges(path: Path) -> set[str]:
    """The other parts of the project that the file knows."""
    return {imported.split(".")[0] for imported in imports(path)} & set(TOP) - {dotted(path).split(".")[0]}


def outside(names: Iterator[str] | set[str], allowed: set[str]) -> list[str]:
    return sorted(set(names) - allowed)


@pytest.mark.parametrize("path", OURS, ids=name)
def test_imports_run_one_way(path: Path) -> None:
    assert outside(edges(path), MAY_IMPORT[dotted(path).split(".")[0]]) == []


@pytest.mark.parametrize("path", [path for path in OURS if dotted(path).startswith("configs")], ids=name)
def test_configs_knows_only_the_options_of_scenes(path: Path) -> None:
    of_scenes = [imported for imported in imports(path) if imported.split(".")[0] == "scenes"]
    assert [imported for imported in of_scenes if imported not in ("scenes", "scenes.SCENES")] == []


@pytest.mark.parametrize("path", [path for path in OURS if not dotted(path).startswith("scenes")], ids=name)
def test_only_scenes_draws(path: Path) -> None:
    assert [imported for imported in imports(path) if imported.split(".")[0] in DRAWING] == []


@pytest.mark.parametrize("path", [path for path in OURS if path.name in ("options.py", "_options.py")], ids=name)
def test_options_of_scenes_are_light(path: Path) -> None:
    known = {imported.split(".")[0] for imported in imports(path)}
    assert sorted(known & HEAVY) == []
    ours = {imported for imported in imports(path) if imported.split(".")[0] == "scenes"}
    assert [imported for imported in ours if not imported.startswith(("scenes._options", "scenes.SCENES"))] == []


@pytest.mark.parametrize("package", ["registry", *PACKAGES])
def test_importing_a_package_loads_no_member_and_nothing_heavy(package: str) -> None:
    code = f"import sys, {package}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {module.split(".")[0] for module in loaded} & HEAVY == set()
    assert loaded & {dotted(path) for path in members(package)} == set()


def members(package: str) -> list[Path]:
    """The files that a registry lists."""
    found = (ROOT / package).glob("*/options.py" if package == "scenes" else "*.py")
    return [path for path in found if not path.name.startswith("_")] if package in PACKAGES[:2] + PACKAGES[3:] else []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_members_are_reached_through_their_registry(path: Path) -> None:
    listed = {dotted(member) for package in PACKAGES for member in members(package)
              if member.parent != path.parent}
    named = [imported for imported in imports(path) if any(f"{imported}.".startswith(f"{one}.") for one in listed)]
    assert named == [], "ask the registry instead: OPTIMIZERS[name], SURFACES[name], SCENES[name]"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_star_imports(path: Path) -> None:
    assert [imported for imported in imports(path) if imported.endswith("*")] == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_functions_are_short(path: Path) -> None:
    functions = [node for node in ast.walk(TREES[path]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [node.name for node in functions if code_lines(node) > FUNCTION_LINES]
    assert [function for function in long if f"{name(path)}:{function}" not in LONGER] == []


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring: words about it do not make it longer."""
    first, end = node.body[0], node.end_lineno or node.lineno
    words = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node, clean=False) is not None else 0
    return end - node.lineno + 1 - words


def test_every_exception_is_still_there_and_says_why() -> None:
    for place, why in LONGER.items():
        assert (ROOT / place.split(":")[0]).is_file()
        assert len(why.split()) >= 4


@pytest.mark.parametrize("path", [path for path in OURS if dotted(path).split(".")[0] in PACKAGES[:2]], ids=name)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    tree = TREES[path]
    assert ast.get_docstring(tree)
    defined = (node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef))
    assert [node.name for node in defined if node.name[0] != "_" and not ast.get_docstring(node)] == []


# --- the pages

PAGES = [ROOT / page for page in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")]
# Made by a run, written by the reader of a guide, or not ours.
NOT_HERE = re.compile(r"^(videos/|~|/|\.venv)|(^|/)my_|(^|/)[A-Z]+\.(?!md)")
FILE = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[\w.-]+\.(?:py|yaml|json|md|toml|lock|sh|glsl|png)"
                  r"|(?:[\w-]+/)+)(?![\w/])")


def test_readme_names_every_option() -> None:
    done = subprocess.run([sys.executable, "render.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", done.stdout))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", readme))
    assert len(options) > 5
    assert sorted(options - named) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    words = re.sub(r"^    .*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)   # without blocks of code
    links = re.findall(r"\]\(([^)#\s]+)", words)
    here = [link for link in links if not link.startswith(("https://", "http://", "mailto:"))]
    assert [link for link in here if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES[:2], ids=name)
def test_files_named_in_the_pages_exist(page: Path) -> None:
    code = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    files = {found for text in code for found in FILE.findall(text) if not NOT_HERE.search(found)}
    assert len(files) > 2
    assert sorted(file for file in files if not (ROOT / file).exists()) == []


@pytest.mark.parametrize("page", PAGES[:2], ids=name)
def test_no_table_names_the_members_of_a_registry(page: Path) -> None:
    listed = {path.parent.name if path.name == "options.py" else path.stem
              for package in PACKAGES for path in members(package)}
    rows = re.findall(r"^\|\s*`?([\w-]+)`?\s*\|", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(set(rows) & listed) == [], "--list says them, and cannot go out of date"
