"""What is handed out: the source distribution is the repository, the wheel built from it holds `thalweg` and nothing
else, and once installed it works beside a user's own files, whatever they are called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
MEMBERS = ("optimizers", "surfaces", "scenes", "configs")
SDIST = "import sys, setuptools.build_meta as build; build.build_sdist(sys.argv[1])"
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
# What nobody listed anywhere: folders that were dropped in, with files of every kind in them.
DROPPED = {
    "scenes/dropped/__init__.py": "",
    "scenes/dropped/options.py": "",
    "scenes/dropped/shaders/wave.frag": "",
    "thalweg/dropped/__init__.py": "",
    "thalweg/dropped/deep/name.py": "NAME = 1\n",
    "configs/dropped/dropped.yaml": "surface: bowl\noptimizers: [sgd]\n",
    "configs/dropped/run.csv": "0,0\n",
}


def ran(*command: object, cwd: Path, **more: str) -> str:
    """The standard output of a command that must end well, without what this shell adds to Python's path."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DISPLAY", "CONFIG")} | more
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=kept, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handed_out")


@pytest.fixture(scope="module")
def unpacked(place: Path) -> Path:
    """The source distribution of this tree, folders dropped in, unpacked."""
    ignored = [PurePosixPath(line).name for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    tree = shutil.copytree(ROOT, place / "tree", ignore=shutil.ignore_patterns(".git", *ignored))
    for name, text in DROPPED.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    ran(sys.executable, "-c", SDIST, place / "sdist", cwd=tree)
    (packed,) = (place / "sdist").iterdir()
    with tarfile.open(packed) as archive:
        archive.extractall(place / "sdist", filter="data")
    return place / "sdist" / packed.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def wheel(unpacked: Path, place: Path) -> Path:
    """Built from the source distribution, in a copy: a build leaves things behind."""
    source = shutil.copytree(unpacked, place / "source")
    ran(sys.executable, *PIP, "wheel", "--no-build-isolation", "--no-deps", "-w", place / "wheel", ".", cwd=source)
    (made,) = (place / "wheel").iterdir()
    return made


@pytest.fixture(scope="module")
def scripts(wheel: Path, place: Path) -> Path:
    """Where the programs are of an environment with the wheel; what that stands on comes from the running one."""
    venv.create(place / "env", symlinks=os.name != "nt")
    folder = next((place / "env").glob("[Bb]in"), place / "env" / "Scripts")
    python = folder / "python"
    ran(sys.executable, *PIP, "--python", python, "install", "--no-index", "--no-deps", wheel, cwd=place)
    there = Path(ran(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place).strip())
    others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (there / "others.pth").write_text("\n".join(others), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def beside(place: Path) -> Path:
    """A folder whose owner has used every name that ours go by in a clone, for things of his own."""
    folder = place / "a user's own"
    for name in (
        "render.py",
        "registry.py",
        "optimizers/adam.py",
        "surfaces/bowl.py",
        "scenes/race/__init__.py",
        *(f"{kind}/__init__.py" for kind in MEMBERS),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"raise RuntimeError('{name} is not Thalweg\\'s')\n", encoding="utf-8")
    (folder / "configs" / "boss_fight.yaml").write_text("batch_size: 32\n", encoding="utf-8")
    return folder


@pytest.fixture
def there(scripts: Path, beside: Path) -> Callable[..., str]:
    """Runs a program of the environment, which is activated, in that folder."""
    path = os.pathsep.join([str(scripts), os.environ["PATH"]])
    return lambda program, *words: ran(scripts / program, *words, cwd=beside, PATH=path)


def files(folder: Path) -> set[str]:
    """Every file below the folder that a build may take, as paths from there."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix() for path in found}


# --- what is in them


def test_the_source_distribution_is_the_repository(unpacked: Path) -> None:
    try:
        tracked = ran("git", "ls-files", "-z", cwd=ROOT).split("\0")[:-1]
    except (AssertionError, OSError):
        pytest.skip("not a clone")
    here = {name for name in tracked if (ROOT / name).is_file()}
    assert sorted(here - files(unpacked)) == [], "MANIFEST.in"
    assert {"LICENSE", "README.md", "configs/schema.json", "docs/mobjects.md", ".ci/run"} <= here


def test_the_wheel_is_what_lies_in_the_package_and_the_folders_of_members(unpacked: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    about = {name for name in packed if name.split("/")[0].endswith(".dist-info")}
    package = {f"thalweg/{name}" for name in files(unpacked / "thalweg")}
    members = {f"thalweg/{kind}/{name}" for kind in MEMBERS for name in files(unpacked / kind)}
    assert packed - about == package | members
    assert {name.split("/", 1)[1] for name in about} >= {"METADATA", "licenses/LICENSE", "entry_points.txt"}
    assert {f"thalweg/{name}".replace("thalweg/thalweg", "thalweg") for name in DROPPED} <= packed


def test_tests_run_from_the_source_distribution(unpacked: Path) -> None:
    assert " passed" in ran(
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/test_colors.py",
        "tests/test_configs_schema.py",
        "-k",
        "not written",
        cwd=unpacked,
    )


# --- what is installed


def test_it_is_imported_beside_whatever_lies_there(there: Callable[..., str], scripts: Path) -> None:
    found = there("python", "-c", "import thalweg; print(thalweg.__file__)")
    assert Path(found.strip()).is_relative_to(scripts.parent)
    code = (
        "from thalweg import OPTIMIZERS, SURFACES, roll;"
        "print(OPTIMIZERS['adam'].__module__, SURFACES['bowl'].__module__)"
    )
    assert there("python", "-c", code).split() == ["thalweg.optimizers.adam", "thalweg.surfaces.bowl"]


def test_no_other_name_can_be_imported(there: Callable[..., str], scripts: Path) -> None:
    code = (
        "import pathlib, sysconfig; here = pathlib.Path(sysconfig.get_path('purelib'));"
        "print(*sorted(path.name for path in here.iterdir()))"
    )
    named = [name for name in there("python", "-c", code).split() if not name.endswith((".dist-info", ".pth"))]
    assert named == ["thalweg"]


def test_a_bare_name_is_the_film_that_came_with_it(there: Callable[..., str]) -> None:
    said = there("thalweg", "boss_fight", "--check").splitlines()
    here = ran(sys.executable, "render.py", "boss_fight", "--check", cwd=ROOT).splitlines()
    assert said[0].endswith(here[0].removeprefix("configs"))
    assert said[1:] == here[1:] != []


def test_help_names_the_installed_command(there: Callable[..., str]) -> None:
    assert there("thalweg", "--help").startswith("Usage: thalweg [OPTIONS]")


def test_members_and_films_that_were_dropped_in_are_there(there: Callable[..., str]) -> None:
    listed = there("python", "-m", "thalweg", "--list")
    assert "adam" in listed and "rosenbrock" in listed and "race" in listed
    assert there("thalweg", "dropped", "--check")


def test_films_go_where_the_user_stands(there: Callable[..., str], beside: Path) -> None:
    small = ("--resolution", "128x72", "--set", "video.seconds=1")
    assert there("thalweg", "boss_fight", "-o", "x.mp4", "-j2", *small).split() == ["x.mp4"]
    assert (beside / "x.mp4").stat().st_size > 1000
    made = there("python", "-m", "thalweg", "boss_fight", "--format", "png", *small).strip()
    assert made == "videos/boss_fight.png"
    assert (beside / made).stat().st_size > 1000
