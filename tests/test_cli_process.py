"""The command line as a process: what it imports, how it ends when it is stopped."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from thalweg.cli.main import called

ROOT = Path(__file__).resolve().parent.parent
NEVER = {"manimlib", "moderngl", "pyglet", "av", "PIL", "matplotlib", "scipy"}
CONFIG = "surface: bowl_with_two_holes\nsteps: 300\noptimizers: [sgd, adam]\n"

# render.py with a stand-in for what draws: it says when it has begun to write, then takes its time, frame by frame as a
# film does. (One long sleep cannot be interrupted by a signal that comes between Python's last look and the call.)
SLOW = """
import sys, time, types
sys.path.insert(0, {root!r})
from thalweg.system.output import whole
def draw(film, rolled, path, progress=None, **how):
    with whole(path) as part:
        part.write_bytes(b"half")
        print("begun", file=sys.stderr, flush=True)
        for _ in range(600):
            time.sleep(0.1)
class Error(Exception):
    pass
for name, values in (("thalweg.stage", {{}}), ("thalweg.stage.errors", dict(MachineError=Error)),
                     ("thalweg.stage.render", dict(render_film=draw, render_frames=draw))):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(values)
from thalweg.cli import main as cli
sys.exit(cli.main(["own.yaml", "-o", "out/film.mp4"]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.yaml").write_text(CONFIG)
    return tmp_path


def modules_after(folder: Path, *arguments: str) -> set[str]:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from thalweg.cli import main as cli\n"
        "code = cli.main(sys.argv[2:])\n"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), *arguments], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stderr.splitlines()[-1].split()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("own.yaml", "--check"),
        ("own.yaml", "-o", "x.csv"),
        ("own.yaml", "-o", "x.npz"),
        ("own.yaml", "-o", "x.json"),
        ("--list",),
        ("--schema",),
    ],
    ids=" ".join,
)
def test_what_does_not_draw_loads_nothing_that_draws(arguments: tuple[str, ...], folder: Path) -> None:
    assert modules_after(folder, *arguments) & NEVER == set()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_loads_neither_numpy_nor_sympy_nor_pydantic(option: str, folder: Path) -> None:
    assert modules_after(folder, option) & (NEVER | {"numpy", "sympy", "pydantic", "yaml", "rich"}) == set()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent differently there")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_stopped_it_leaves_nothing(number: signal.Signals, code: int, folder: Path) -> None:
    def heed() -> None:  # under nohup SIGHUP would be ignored from birth
        signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)

    process = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(root=str(ROOT))],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed,
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline() == "begun\n"
        assert len(list((folder / "out").iterdir())) == 1
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()  # if it has not ended: what it leaves would be the fault of a later test
        process.communicate()
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in err
    assert sorted(path.name for path in folder.rglob("*")) == ["own.yaml"]


@pytest.mark.parametrize("option", ["--help", "--schema", "--list"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(option: str, folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, ROOT / "render.py", option], cwd=folder, stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_standard_output_is_one_line(folder: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, ROOT / "render.py", "own.yaml", "--check"],
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2
    assert done.stderr == "standard output: No space left on device; make room\n"


def test_a_bare_name_works_from_any_folder(folder: Path) -> None:
    name = sorted((ROOT / "configs").glob("*.yaml"))[0].stem
    done = subprocess.run(
        [sys.executable, ROOT / "render.py", name, "--check"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert f"{name}.yaml: ok" in done.stdout.splitlines()[0]


@pytest.mark.parametrize("door", [("./a clone/render.py",), ("-m", "thalweg")], ids=["render.py", "module"])
def test_examples_name_the_command_as_it_was_called(door: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "a clone").symlink_to(ROOT)
    ours = dict(cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    typed = shlex.join([sys.executable, *door])
    shown = subprocess.run([sys.executable, *door, "-h"], **ours).stdout.split()  # wrapped where a name is long
    assert shown[: shown.index("[OPTIONS]")] == ["Usage:", *typed.split()]
    assert " ".join([*typed.split(), "boss_fight"]) in " ".join(shown)
    said = subprocess.run([sys.executable, *door], **ours).stderr
    assert said == f"CONFIG: is missing; give one, for example: {typed} boss_fight\n"
    followed = subprocess.run(["sh", "-c", f"{said.split('for example: ')[1].strip()} --check"], **ours)
    assert followed.returncode == 0, followed.stderr


@pytest.mark.parametrize(
    ("script", "on_path", "typed"),
    [
        ("/usr/bin/thalweg", True, "thalweg"),
        ("my env/bin/thalweg", False, "'my env/bin/thalweg'"),
        ("/lib/pytest/__main__.py", False, "thalweg"),
        ("C:/env/Scripts/thalweg.exe", True, "thalweg"),
    ],
)
def test_examples_of_the_installed_command(
    script: str, on_path: bool, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: script if on_path else None)
    assert called(script, "python3") == typed
