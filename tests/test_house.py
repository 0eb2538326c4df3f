"""The rules of the house, read from the sources: who may import whom, how long functions are."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("optimizers", "surfaces", "scenes")  # of members, a folder each
FOLDERS = ("thalweg", *KINDS, "tests", "tools", "benchmarks", "docs")

# Imports run one way: what each part of thalweg/ may know besides itself, and what is below.
BELOW = {"errors", "registry", "scalars", "tree", "version"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "registry": set(),
    "scalars": set(),
    "tree": {"errors", "scalars"},
    "version": set(),
    "system": set(),
    "colors": set(),
    "engine": BELOW,
    "calculus": BELOW,
    "experiment": {*BELOW, "system", "engine", "calculus"},
    "film": {*BELOW, "engine", "calculus", "experiment"},
    "typeset": {*BELOW, "system", "colors"},
    "geometry": {*BELOW, "calculus", "typeset"},
    "spec": {*BELOW, "system", "engine", "calculus", "experiment", "film", "typeset"},
    "stage": {*BELOW, "system", "engine", "film", "geometry", "colors", "spec"},
    "mobjects": {*BELOW, "geometry", "typeset", "colors", "stage"},
    "live": {
        *BELOW,
        "system",
        "engine",
        "film",
        "geometry",
        "colors",
        "spec",
        "experiment",
        "typeset",
        "mobjects",
        "stage",
    },
}
MAY_IMPORT["parts"] = {*BELOW, "engine", "calculus", "experiment", "film", "typeset", "geometry", "colors", "mobjects"}
MAY_IMPORT["scenes"] = {*MAY_IMPORT["parts"], "parts", "stage"}
MAY_IMPORT["optimizers"] = {*BELOW, "engine"}
MAY_IMPORT["surfaces"] = {*BELOW, "calculus"}
MAY_IMPORT["cli"] = {part for part in MAY_IMPORT if part not in KINDS}
MAY_IMPORT["api"] = MAY_IMPORT["cli"] | {"cli"}
MAY_IMPORT["__main__"] = {"cli"}
DRAWING = {"manimlib", "moderngl", "moderngl_window", "av", "pyglet", "OpenGL", "glcontext"}
MAY_DRAW = {"stage", "mobjects", "parts", "live", "scenes"}
HEAVY = DRAWING | {"scipy", "matplotlib", "PIL"}

FUNCTION_LINES = 45  # about 40, as the formatter sets them; a file is as long as its one thought needs


def sources() -> list[Path]:
    """Every Python file of the project."""
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return sorted([*ROOT.glob("*.py"), *inside])


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def module(path: Path) -> str:
    """The name by which a file is imported: members are modules of the package."""
    there = dotted(path)
    return f"thalweg.{there}" if there.split(".")[0] in KINDS else there


SOURCES = sources()
TREES = {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in SOURCES}
OURS = [path for path in SOURCES if dotted(path).split(".")[0] in ("thalweg", *KINDS)]
MODULES = {module(path): path for path in OURS}


def imports(path: Path) -> Iterator[str]:
    """The dotted name of everything the file imports, at its top or inside a function: `from a import b` gives a.b."""
    package = module(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            whole = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{whole}.{alias.name}" for alias in node.names)


def part(dotted_name: str) -> str:
    """The part of thalweg that a module belongs to: its folder, or itself."""
    return (dotted_name.split(".") + [""])[1]


def known(path: Path) -> set[str]:
    """The other modules of the project that the file imports."""
    found = set()
    for imported in imports(path):
        while imported and imported not in MODULES:
            imported = imported.rpartition(".")[0]
        found.add(imported)
    return found - {"", "thalweg", module(path)}


@pytest.mark.parametrize("path", [path for path in OURS if module(path) != "thalweg"], ids=name)
def test_imports_run_one_way(path: Path) -> None:
    here = part(module(path))
    assert {part(other) for other in known(path)} - {here} - MAY_IMPORT[here] == set()


@pytest.mark.parametrize("path", OURS, ids=name)
def test_the_project_is_known_by_one_name(path: Path) -> None:
    """`optimizers` and the like are names of a clone; after pip they may be the user's own."""
    assert [imported for imported in imports(path) if imported.split(".")[0] in (*KINDS, "configs", "render")] == []


def test_there_are_no_circles() -> None:
    graph = {here: known(path) for here, path in MODULES.items()}
    done: set[str] = set()

    def walk(here: str, way: tuple[str, ...]) -> None:
        assert here not in way, " -> ".join([*way[way.index(here) :], here])
        if here not in done:
            for there in sorted(graph[here]):
                walk(there, (*way, here))
            done.add(here)

    for here in graph:
        walk(here, ())


@pytest.mark.parametrize("path", [path for path in OURS if part(module(path)) not in MAY_DRAW], ids=name)
def test_only_drawing_knows_what_draws(path: Path) -> None:
    assert [imported for imported in imports(path) if imported.split(".")[0] in DRAWING] == []


@pytest.mark.parametrize("path", [path for path in OURS if path.name == "options.py"], ids=name)
def test_options_of_scenes_are_light(path: Path) -> None:
    at_once = {alias.name for node in TREES[path].body if isinstance(node, ast.Import) for alias in node.names}
    at_once |= {node.module or "" for node in TREES[path].body if isinstance(node, ast.ImportFrom)}
    assert sorted({name.split(".")[0] for name in at_once} & (HEAVY | {"numpy", "sympy"})) == []
    assert {part(name) for name in at_once if name.startswith("thalweg.")} - BELOW - {"film"} == set()


PARTS = sorted({f"thalweg.{part(here)}" for here in MODULES} - {"thalweg.", "thalweg.__main__", "thalweg.mobjects"})


@pytest.mark.parametrize("package", ["thalweg", *PARTS])
def test_importing_a_package_loads_no_member_and_nothing_heavy(package: str) -> None:
    code = f"import sys, {package}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {each.split(".")[0] for each in loaded} & HEAVY == set()
    assert loaded & {module(path) for kind in KINDS for path in members(kind)} == set()
    assert package != "thalweg" or not loaded & {"numpy", "sympy", "yaml", "pydantic"}


def test_nobody_knows_a_scene() -> None:
    for here, path in MODULES.items():
        if part(here) != "scenes":
            assert [other for other in known(path) if part(other) == "scenes"] == [], here


def test_a_part_is_of_several_scenes() -> None:
    """What one scene alone uses lies in that scene's folder."""
    graph = {here: known(path) for here, path in MODULES.items()}

    def below(here: str, found: set[str]) -> set[str]:
        for there in graph[here] - found:
            found.add(there)
            below(there, found)
        return found

    users: dict[str, set[str]] = {here: set() for here in MODULES if part(here) == "parts" and here.count(".") > 1}
    for here in MODULES:
        if part(here) == "scenes" and here.count(".") > 1:
            for there in below(here, set()) & set(users):
                users[there].add(here.split(".")[2])
    assert {there: scenes for there, scenes in users.items() if len(scenes) < 2 and not there.endswith("panels")} == {}


def members(kind: str) -> list[Path]:
    """The files that a registry lists."""
    found = (ROOT / kind).glob("*/options.py" if kind == "scenes" else "*.py")
    return [path for path in found if not path.name.startswith("_")]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_members_are_reached_through_their_registry(path: Path) -> None:
    listed = {
        prefix + dotted(member)
        for kind in KINDS
        for member in members(kind)
        for prefix in ("", "thalweg.")
        if member.parent != path.parent
    }
    named = [imported for imported in imports(path) if any(f"{imported}.".startswith(f"{one}.") for one in listed)]
    assert named == [], "ask the registry instead: OPTIMIZERS[name], SURFACES[name], SCENES[name]"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_star_imports(path: Path) -> None:
    assert [imported for imported in imports(path) if imported.endswith("*")] == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_functions_are_short(path: Path) -> None:
    functions = [node for node in ast.walk(TREES[path]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [node.name for node in functions if code_lines(node) > FUNCTION_LINES] == []


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring: words about it do not make it longer."""
    first, end = node.body[0], node.end_lineno or node.lineno
    words = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node, clean=False) is not None else 0
    return end - node.lineno + 1 - words


def test_quick_tests_reach_every_part() -> None:
    waiting = [ROOT / line for line in (ROOT / "tests" / "quick.txt").read_text(encoding="utf-8").split()]
    reached: set[str] = set()
    for path in waiting:  # grows: what the tests' helpers import counts
        assert path in TREES, f"{path} is not there; tests/quick.txt names it"
        named = set(imports(path))
        reached |= {part(other) for other in named if other.startswith("thalweg.")}
        helpers = {ROOT / "tests" / f"{other.split('.')[1]}.py" for other in named if other.startswith("tests.")}
        waiting += [helper for helper in helpers if helper in TREES and helper not in waiting]
    parts = {part(here) for here, path in MODULES.items() if path.name == "__init__.py"} - {"", *KINDS}
    assert sorted(parts - reached) == [], "add a test of it to tests/quick.txt"


PUBLIC = [path for path in OURS if part(module(path)) in ("engine", "calculus", *KINDS[:2])]


@pytest.mark.parametrize("path", PUBLIC, ids=name)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    tree = TREES[path]
    assert ast.get_docstring(tree)
    defined = (node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef))
    assert [node.name for node in defined if node.name[0] != "_" and not ast.get_docstring(node)] == []
