"""Optimizers and surfaces from files outside the repository: nothing runs without trust, and then all of it works."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import thalweg.spec.plugins as plugins
from tests import loading
from tests.plugins_help import alone
from thalweg.calculus import SURFACES
from thalweg.cli import main as cli
from thalweg.engine import OPTIMIZERS
from thalweg.registry import ELSEWHERE
from thalweg.spec import ConfigErrors, load

SIGNS = '''
from __future__ import annotations
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from thalweg.engine import Optimizer
from thalweg.registry import parameter
Path(__file__).with_suffix(".ran").touch()

@dataclass(frozen=True)
class Signs(Optimizer):
    """Steps of constant length."""
    display_name = "Signs"
    lr: float = parameter(0.01, low=0)

    def init(self, points, hyper):
        return {}

    def step(self, state, points, objective, hyper):
        return {}, points - hyper.lr * np.sign(objective.gradient(points))
'''
VALLEY = """
from __future__ import annotations
from dataclasses import dataclass
from thalweg.registry import parameter
from thalweg.calculus import Surface

@dataclass(frozen=True)
class Valley(Surface):
    width: float = parameter(0.5, low=0)

    def formula(self, x, y):
        return x**2 + self.width * y**2
"""
YAML = (
    "plugins: [code/my_signs.py, my_valley.py]\nsurface: {name: my_valley, parameters: {width: 0.25}}\n"
    "optimizers: [my_signs: {lr: 0.02}]\nsteps: 5\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "my_signs.py").write_text(SIGNS, encoding="utf-8")
    (tmp_path / "my_valley.py").write_text(VALLEY, encoding="utf-8")
    (tmp_path / "film.yaml").write_text(YAML, encoding="utf-8")
    with alone(monkeypatch):
        yield tmp_path


def trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(plugins.TRUST, "1")


def said(path: Path) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        load(path)
    return [str(problem).removeprefix(str(path)) for problem in caught.value.problems]


def test_nothing_runs_without_trust(folder: Path) -> None:
    lines = said(folder / "film.yaml")
    assert [line.split(" is code")[0] for line in lines] == [
        ":1: plugins.0: code/my_signs.py",
        ":1: plugins.1: my_valley.py",
    ]
    assert all("add --trust" in line and "THALWEG_TRUST=1" in line for line in lines)
    assert not (folder / "code" / "my_signs.ran").exists()
    assert "my_signs" not in OPTIMIZERS


def test_with_trust_they_are_members_like_all_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    shot = loading.shot(folder / "film.yaml")
    experiment = shot.experiment
    assert experiment is not None
    (path,) = experiment.roll()
    assert (path.optimizer, experiment.surface.name) == ("my_signs", "my_valley")
    assert path.positions[0, 5] == pytest.approx(experiment.surface.start - 0.1 * np.sign(experiment.surface.start))
    assert experiment.surface.value([1.0, 2.0]) == 2.0
    assert shot.resolved["plugins"] == ["code/my_signs.py", "my_valley.py"]
    assert experiment.entries[0].label == "Signs"
    (folder / "code" / "my_signs.ran").unlink()
    assert loading.shot(folder / "film.yaml").resolved == shot.resolved
    assert not (folder / "code" / "my_signs.ran").exists(), "it ran twice"


def test_a_changed_file_runs_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    file, steps = folder / "code" / "my_signs.py", []
    for sign in "-+":  # equally long, and saved in one second: bytecode of the first would seem to be of the second
        file.write_text(SIGNS.replace("points - hyper", f"points {sign} hyper"), encoding="utf-8")
        plugins.run_again({file})
        positions = loading.experiment(folder / "film.yaml").roll()[0].positions
        steps.append(positions[0, 1] - positions[0, 0])
    assert np.abs(steps[0]).min() > 0
    assert steps[1] == pytest.approx(-steps[0])
    file.write_text("x = ]", encoding="utf-8")
    plugins.run_again({file})
    assert said(folder / "film.yaml")[0].startswith(":1: plugins.0: code/my_signs.py: cannot be loaded: SyntaxError")


def test_a_changed_file_of_the_command_line_runs_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(plugins.TRUST, "0")
    file = folder / "code" / "my_signs.py"
    assert plugins.of_command((str(file),), True) == []
    before = OPTIMIZERS["my_signs"]
    file.write_text("x = ]", encoding="utf-8")
    with pytest.raises(ConfigErrors, match="--plugin .*my_signs.py: cannot be loaded: SyntaxError"):
        plugins.run_again({file})
    file.write_text(SIGNS, encoding="utf-8")
    plugins.run_again({file})
    assert OPTIMIZERS["my_signs"] is not before


def test_they_reach_processes_that_are_started_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    experiment = loading.experiment(folder / "film.yaml")
    sent = pickle.dumps((experiment.entries[0].optimizer, experiment.surface))
    plugins._loaded.clear()
    ELSEWHERE.leave("thalweg.plugins.my_signs")
    ELSEWHERE.leave("thalweg.plugins.my_valley")
    for registry in (OPTIMIZERS, SURFACES):
        registry._added.clear()
    optimizer, surface = pickle.loads(sent)
    assert optimizer.lr == 0.02 and optimizer.name == "my_signs"
    assert surface.value([1.0, 2.0]) == 2.0


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("adam.py", SIGNS, "adam.py: there is an optimizer named adam already; rename the file"),
        ("bowl.py", SIGNS, "bowl.py: there is a surface named bowl already; rename the file"),
        (
            "two.py",
            SIGNS + VALLEY.replace("from __f", "# f"),
            "two.py: defines 2 optimizers and surfaces; define one Optimizer or one Surface",
        ),
        ("none.py", "x = 1", "none.py: defines 0 optimizers and surfaces; define one Optimizer or one Surface"),
        ("broken.py", "1 / 0", "broken.py: cannot be loaded: ZeroDivisionError: division by zero; mend that file"),
        ("leaves.py", "raise SystemExit(3)", "leaves.py: cannot be loaded: SystemExit: 3; mend that file"),
        ("_own.py", SIGNS, '_own.py: "_own" is no name; name the file with letters, digits and _, a letter first'),
        ("mine.txt", SIGNS, "mine.txt: is neither a Python file nor a folder; give FILE.py or the folder of a scene"),
        ("gone", None, "gone cannot be read: No such file or directory; paths are relative to the YAML's folder"),
        ("gone.py", None, "gone.py cannot be read: No such file or directory; paths are relative to the YAML's folder"),
    ],
)
def test_files_that_are_no_plugins(
    name: str, text: str | None, words: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(monkeypatch)
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "film.yaml").write_text(f"surface: bowl\nplugins:\n  - {name}\noptimizers: [mine]\n", encoding="utf-8")
    assert said(folder / "film.yaml") == [f":3: plugins.0: {words}"]
    assert not any(module.startswith("thalweg.plugins.") for module in sys.modules)


def test_a_second_file_of_that_name_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(monkeypatch)
    (folder / "my_signs.py").write_text(SIGNS, encoding="utf-8")
    (folder / "film.yaml").write_text("plugins: [my_signs.py, code/my_signs.py]\nsurface: bowl\noptimizers: [sgd]\n")
    assert said(folder / "film.yaml") == [
        ":1: plugins.1: code/my_signs.py: there is an optimizer named my_signs already; rename the file"
    ]


def test_on_the_command_line(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder)
    (folder / "own.yaml").write_text("surface: bowl\noptimizers: [my_signs]\nsteps: 5\n", encoding="utf-8")
    monkeypatch.setenv(plugins.TRUST, "1")  # render.py asks for --trust all the same
    assert cli.main(["own.yaml", "--check", "--plugin", "code/my_signs.py"]) == 2
    assert "--plugin code/my_signs.py: is code that runs with your rights" in capsys.readouterr().err
    assert not (folder / "code" / "my_signs.ran").exists()
    assert cli.main(["own.yaml", "--check", "--plugin", "code/my_signs.py", "--trust"]) == 0
    assert "Signs" in capsys.readouterr().out
    assert plugins.words() == ["--trust", "--plugin", "code/my_signs.py"]
    assert cli.main(["film.yaml", "--check"]) == 2, "trust is for one command"
    assert "plugins.0" in capsys.readouterr().err
    assert cli.main(["--list", "optimizers", "--plugin", "code/my_signs.py", "--trust"]) == 0
    assert "my_signs" in capsys.readouterr().out
    assert os.environ[plugins.TRUST] == "1"


def test_the_name_of_what_is_kept_of_a_film_follows_its_plugins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from thalweg.stage.cache import film_key

    trust(monkeypatch)
    film = load(folder / "film.yaml")
    keys = {film_key(film, [])}
    for file in ("code/my_signs.py", "my_valley.py"):
        with open(folder / file, "a", encoding="utf-8") as opened:
            opened.write("# another thought\n")
        keys.add(film_key(film, []))
    assert len(keys) == 3


@pytest.mark.parametrize(
    "right, wrong, told",
    [
        ("np.sign(", "np.sing(", "AttributeError: module 'numpy' has no attribute 'sing'"),
        ("hyper.lr", "hyper.lrr", "AttributeError"),
        (
            "return {}, points - hyper.lr * np.sign(objective.gradient(points))",
            "points -= hyper.lr; return {}, points",
            "ValueError: output array is read-only",
        ),
    ],
)
def test_a_mistake_in_its_code_is_told_with_file_and_line(
    right: str,
    wrong: str,
    told: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    file = folder / "code" / "my_signs.py"
    file.write_text(SIGNS.replace(right, wrong), encoding="utf-8")
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if wrong[:12] in text)
    (folder / "own.yaml").write_text("surface: bowl\noptimizers: [my_signs]\nsteps: 5\n", encoding="utf-8")
    assert cli.main(["own.yaml", "--check", "--plugin", "code/my_signs.py", "--trust"]) == 2
    (said_of_it,) = capsys.readouterr().err.splitlines()
    assert said_of_it.startswith(f"{file}:{line}: step: {told}") and said_of_it.endswith("; mend that file")
