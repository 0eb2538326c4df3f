"""The pages, held against the project: what they name is there, what they show loads and runs, as they show it."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from tests.plugins_help import alone
from tests.test_house import KINDS, ROOT, members, name
from thalweg.calculus import save_samples
from thalweg.spec import jsonschema, load, plugins

README, GUIDE, DOCS = ROOT / "README.md", ROOT / "CONTRIBUTING.md", sorted((ROOT / "docs").glob("*.md"))
TRUE_TODAY = [README, ROOT / "ARCHITECTURE.md", GUIDE, *DOCS]
PAGES = [*TRUE_TODAY, ROOT / "CHANGELOG.md"]  # which tells of what was, too
each_page = pytest.mark.parametrize("page", PAGES, ids=name)
each_true_page = pytest.mark.parametrize("page", TRUE_TODAY, ids=name)


class Block(NamedTuple):
    """A fenced block: a `part` of what loads or runs, or the whole of it; or a `file`, as the words ahead say."""

    page: Path
    line: int
    language: str
    part: bool
    file: str
    text: str

    def __str__(self) -> str:
        return f"{name(self.page)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page. Words ahead that name a file and end in a colon say that a block is that file."""
    words = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^( *)```(\w+)( part)?\n(.*?)^\1```$", words, flags=re.MULTILINE | re.DOTALL):
        ahead = words[: found.start()].rstrip().rpartition("\n\n")[2]
        named = re.findall(r"`([\w./]+\.(?:py|yaml))`", ahead) if ahead.endswith(":") else []
        line = words.count("\n", 0, found.start()) + 1
        yield Block(page, line, found[2], bool(found[3]), named[0] if named else "", textwrap.dedent(found[4]))


def commands(page: Path) -> list[str]:
    """Lines of indented blocks, and code within the text."""
    words = page.read_text(encoding="utf-8")
    return re.findall(r"^    (\S.*)$", words, flags=re.MULTILINE) + re.findall(r"`([^`\n]+)`", words)


BLOCKS = [block for page in TRUE_TODAY for block in blocks(page)]


# --- what they name

# Made by a run, written by the reader of a guide, or not ours.
NOT_HERE = re.compile(
    r"^(videos/|frames/|~|/|\.venv)|(^|/)((test_)?my[_.]|first\.|film\.|x\.|schema\.json)"
    r"|(^|/)[A-Z]+\.(?!md)"
)
FILE = re.compile(
    r"(?<![\w/.-])((?:[\w.-]+/)*[\w.-]+\.(?:py|yaml|json|md|toml|lock|sh|glsl|png)"
    r"|(?:[\w-]+/)+)(?![\w/])"
)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
OURS = re.compile(r"(?:^|\s)(?:\S*python(?: -m)? |^)(?:render\.py|thalweg)\b(.*)")


@pytest.fixture(scope="module")
def options() -> set[str]:
    """Those of --help."""
    done = subprocess.run([sys.executable, "render.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(OPTION.findall(done.stdout))


def test_the_command_lines_page_names_every_option(options: set[str]) -> None:
    page = (ROOT / "docs" / "command_line.md").read_text(encoding="utf-8")
    assert len(options) > 5
    assert sorted(options - set(OPTION.findall(page))) == []


@each_page
def test_commands_can_be_typed(page: Path, options: set[str]) -> None:
    lines = [re.split(r"\s#", line)[0] for line in commands(page)]
    ours = [found[1] for line in lines if (found := OURS.search(line))]
    assert sorted({option for line in ours for option in OPTION.findall(line)} - options) == []
    assert [
        found
        for line in lines
        for found in re.findall(r"python -m ([\w.]+)", line)
        if importlib.util.find_spec(found) is None
    ] == []
    rules = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [found for line in lines for found in re.findall(r"^make ([a-z][\w-]*)", line) if found not in rules] == []


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    words = re.sub(r"^( *)```.*?^\1```$|^    .*?$", "", page.read_text(encoding="utf-8"), flags=re.M | re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)", words) if not re.match(r"https?://|mailto:", link)]
    assert [link for link in links if not leads(page, link)] == []


def leads(page: Path, link: str) -> bool:
    """Whether the file is there, and the heading in it."""
    file, _, heading = link.partition("#")
    there = page.parent / file if file else page
    return there.exists() and (not heading or heading in headings(there))


def headings(page: Path) -> list[str]:
    """As GitHub writes them behind a #."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found]


@each_true_page
def test_files_named_in_the_pages_exist(page: Path) -> None:
    code = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    files = {found for text in code for found in FILE.findall(text) if not NOT_HERE.search(found)}
    places = ("", "thalweg", "docs")
    assert sorted(file for file in files if not any((ROOT / place / file).exists() for place in places)) == []


@each_true_page
def test_no_table_names_the_members_of_a_registry(page: Path) -> None:
    listed = {path.parent.name if path.name == "options.py" else path.stem for kind in KINDS for path in members(kind)}
    rows = re.findall(r"^\|\s*`?([\w-]+)`?\s*\|", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(set(rows) & listed) == [], "--list says them, and cannot go out of date"


def test_the_readme_is_short_and_shows_what_it_is_at_once() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 120
    first = "\n".join(lines[:30])
    assert all(said in first for said in ("](docs/", "make demo", "make test", "```yaml"))
    assert max((path.stat().st_size, path.name) for path in (ROOT / "docs").glob("*.png"))[0] < 200_000


def test_every_page_is_found_from_the_first() -> None:
    contents = ROOT / "docs" / "README.md"
    assert "](docs/README.md)" in README.read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([\w.]+\.md)\)", contents.read_text(encoding="utf-8"))
    assert sorted(linked) == sorted(page.name for page in DOCS if page != contents)


def keys(schema: Any) -> Iterator[tuple[str, Any]]:
    """All properties in it, and what each is."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from keys(inner)


def test_the_yamls_page_names_every_key_of_how_a_film_looks() -> None:
    page = (ROOT / "docs" / "yaml.md").read_text(encoding="utf-8")
    said = set(re.findall(r"\w+", " ".join(re.findall(r"^```.*?^```$|`[^`\n]+`", page, flags=re.M | re.DOTALL))))
    made = jsonschema.schema()
    looks = [what for key, what in keys(made) if key in ("camera", "style", "video")]  # of any scene
    wanted = {*made["properties"], *(key for look in looks for key, _ in keys(look))}
    assert len(wanted) > 40
    assert sorted(wanted - said) == []


# --- what they show


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """With the data and the plugins that blocks speak of, which are trusted and forgotten afterwards."""
    axis = np.linspace(-2, 2, 9)
    for file in ("loss_grid.npz", "loss_plane.npz"):
        save_samples(tmp_path / file, axis, axis, lambda x, y: x**2 + y**2)
    for file, rows in (
        ("run.csv", "x,y 1,1 0.5,0.5"),
        ("wandb.csv", "run,Step,w1,w2,train/loss 2,0,1,1,2 3,0,1,1,2 3,1,0,1,1"),
        ("training.csv", "run,step,x,y,loss Adam,0,1,1,2 Adam,1,0,1,1 Momentum,0,1,1,2"),
    ):
        (tmp_path / file).write_text(rows.replace(" ", "\n"), encoding="utf-8")
    for block in BLOCKS:
        if block.file.startswith(("optimizers/", "scenes/")):  # of the guide, here as plugins
            place = tmp_path / block.file.partition("/")[2]
            place.parent.mkdir(exist_ok=True)
            place.write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with alone(monkeypatch):
        monkeypatch.setenv(plugins.TRUST, "1")
        yield tmp_path


def of(language: str) -> list[Block]:
    """Those that are shown for themselves: the guide's files need each other, see below."""
    return [block for block in BLOCKS if block.language == language and not (block.file and block.page == GUIDE)]


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_what_is_shown_of_a_yaml_loads(block: Block, folder: Path) -> None:
    text = block.text
    if block.part:
        text += "".join(
            f"{key}: {value}\n"
            for key, value in (("surface", "bowl"), ("optimizers", "[sgd]"))
            if not re.search(rf"^{key}:", text, flags=re.MULTILINE)
        )
    (folder / "film.yaml").write_text(text, encoding="utf-8")
    load(folder / "film.yaml")


@pytest.mark.parametrize("page", sorted({block.page for block in of("python") if not block.file}), ids=name)
def test_what_is_shown_of_python_runs(page: Path, folder: Path) -> None:
    """A page's blocks one after the other; of a part, which needs what is not here, it is known that it could."""
    names: dict[str, Any] = {}
    for block in blocks(page):
        tree = ast.parse(block.text) if block.language == "python" and not block.file else ast.Module([], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "thalweg":
                module = importlib.import_module(node.module or "")
                assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == [], str(block)
        if not block.part:
            exec(compile(tree, str(block), "exec"), names)


@pytest.mark.parametrize("block", [block for block in of("python") if block.file], ids=str)
def test_a_file_is_shown_as_it_is(block: Block) -> None:
    assert block.text == (ROOT / block.file).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, with the files in it that the guide shows, and nothing else changed."""
    made = tmp_path_factory.mktemp("clone")
    for part in ("thalweg", "configs", *KINDS):
        shutil.copytree(ROOT / part, made / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("render.py", "pyproject.toml"):
        shutil.copy(ROOT / file, made)
    for block in blocks(GUIDE):
        if block.file:
            place = made / block.file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block.text, encoding="utf-8")
            if block.file.startswith("scenes/"):
                (place.parent / "__init__.py").touch()
    return made


def typed(clone: Path, *arguments: str) -> str:
    """What a Python in the clone says, which must go well."""
    done = subprocess.run([sys.executable, *arguments], cwd=clone, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_guides_files_are_members(clone: Path) -> None:
    listed = typed(clone, "render.py", "--list")
    wanted = {Path(block.file).parts for block in blocks(GUIDE) if block.file.startswith(KINDS)}
    assert len({folder for folder, *_ in wanted}) == len(KINDS)
    for _, member, *_ in wanted:
        (line,) = (line for line in listed.splitlines() if line.split()[:1] == [Path(member).stem])
        assert "broken" not in line


def test_the_guides_film_and_scene_are_drawn(clone: Path) -> None:
    """The scene's second frame in a row is the one drawn alone."""
    assert "MySigns" in typed(clone, "render.py", "my_film", "--check")
    scene = ("render.py", "my_film", "--resolution", "320x180", "--set", "scene=my_hello", "-o")
    assert typed(clone, *scene, "row.png", "--at", "0.2,1.4").split() == ["row_1.png", "row_2.png"]
    typed(clone, *scene, "alone.png", "--at", "1.4")
    first, second, alone = (np.asarray(Image.open(clone / f"{file}.png")) for file in ("row_1", "row_2", "alone"))
    assert (second == alone).all() and (first != second).any()


def test_the_guides_panel_stands_and_speaks(clone: Path) -> None:
    assert (
        typed(
            clone,
            "-c",
            """
import thalweg.stage.boot
thalweg.stage.boot.ensure()
from thalweg.colors import THEMES
from thalweg.geometry.layout import Page
from thalweg.parts.panels.board import Board, Now
from thalweg.parts.panels.my_seconds import MySeconds
board = Board(Page(1280, 720))
board.set(MySeconds(board, "top_right", THEMES["dark"], "#000000"))
board.show(Now(6.54, 3.0, None))
print(*(text.text for mobject in board.mobjects for text in mobject.texts()), len(board.taken))
""",
        )
        == "6.5 1\n"
    )


def test_the_guides_test_passes(clone: Path) -> None:
    assert "1 passed" in typed(clone, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_my_valley.py")
