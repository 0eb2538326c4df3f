"""The command line: what each option does, what each misuse says, where output goes."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from thalweg.engine import OPTIMIZERS
from thalweg.film import SCENES, SceneOptions
from thalweg.film.clock import OutsideFilm
from thalweg.film.moments import Moment
from thalweg.film.sections import CameraAbove, Look, PanelPlace
from thalweg.registry import parameter
from thalweg.system.output import whole

Run = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """A stand-in for what draws: notes the calls and writes a few bytes."""
    calls: list[tuple[Any, ...]] = []

    class MachineError(Exception):
        pass

    def draw(film: Any, rolled: Any, path: Path, progress: Any = None, **how: Any) -> None:
        assert len(rolled) == len(film.shots)
        calls.append((film, path, how))
        with whole(path) as part:
            part.write_bytes(b"film")
            progress(1, 2)
            if film.shot.title == "disk":
                raise OSError(28, "No space left on device")
            if film.shot.title == "machine":
                raise MachineError("there is no GL driver; install libegl1")
            if film.shot.title == "fault":
                raise ZeroDivisionError

    def frames(film: Any, rolled: Any, paths: list[Path], moments: list[Moment]) -> Iterator[Path]:
        late = [moment.text for moment in moments if (moment.seconds or 0) > 14]
        if late:
            raise OutsideFilm(*[f"{said}: the film has no such second; choose from 0 to 14" for said in late])
        for path, moment in zip(paths, moments, strict=True):
            calls.append((film, path, moment))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"still")
            yield path

    def module(name: str, **values: Any) -> None:
        made = types.ModuleType(name)
        vars(made).update(values)
        monkeypatch.setitem(sys.modules, name, made)

    module("thalweg.stage")
    module("thalweg.stage.errors", MachineError=MachineError)
    module("thalweg.stage.render", render_film=draw, render_frames=frames)
    yield calls


def config(folder: Path, name: str = "own", **more: str) -> str:
    keys = {"surface": "bowl", "optimizers": "[sgd]", "steps": "5", **more}
    lines = [f"{key}: {value}" for key, value in keys.items()]
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return str(path.relative_to(folder))


# --- reports


def test_help_names_what_there_is(run: Run) -> None:
    code, out, err = run("--help")
    text = "\n".join(out)
    assert (code, err) == (0, [])
    there = (
        "--output",
        "--at",
        "--format",
        "--set",
        "--check",
        "--list",
        "--schema",
        "--fps",
        "--jobs",
        "--resume",
        "--preview",
        "--plugin",
        "--trust",
    )
    assert all(option in text for option in there)


def test_version(run: Run) -> None:
    assert run("--version") == (0, ["thalweg 0.1.0"], [])


def test_list_has_a_line_for_every_member(run: Run) -> None:
    code, out, err = run("--list", "optimizers")
    assert (code, err) == (0, [])
    assert [line.split()[0] for line in out] == list(OPTIMIZERS)
    assert all("lr=" in line and "(>" in line for line in out)
    code, out_of_csv, err = run("--list", "recorded")
    assert (code, len(out_of_csv), err) == (0, 1, [])
    said = out_of_csv[0]
    assert [word for word in ("file=...", "columns=null", "where=null") if word not in said] == []
    _, everything, _ = run("--list")
    assert set(everything) >= {f"  {line}" for line in out} | {"surfaces:", "scenes:"}


def test_scenes_are_listed_with_what_they_show_need_and_take(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @dataclass(frozen=True)
    class Map(Look):
        ramp: Literal["deep", "mono"] = parameter("deep")
        key: PanelPlace = parameter(True)
        scale: Literal["auto"] | float = parameter("auto", low=0, low_open=True, high=9)

    @dataclass(frozen=True)
    class Options(SceneOptions):
        summary: ClassVar[str] = "a map"
        needs = ("surface", "optimizer")
        style: ClassVar[type[Look]] = Map
        camera = CameraAbove
        arrows: Literal["none", "step"] = parameter("none")
        hold: float = parameter(2.0, low=0, high=60)

    monkeypatch.setattr(SCENES, "_added", {"fake_map": tmp_path})
    monkeypatch.setattr(SCENES, "_loaded", {**SCENES._loaded, "fake_map": Options})  # type: ignore[attr-defined]
    code, out, err = run("--list", "scenes")
    assert (code, err, [line.split()[0] for line in out]) == (0, [], list(SCENES))
    assert out[-1].split("  ", 1)[1].strip() == (
        "a map; needs a surface and one optimizer; arrows=none (none or step), hold=2 (0 <= x <= 60)"
    )
    code, out, err = run("--list", "scenes", "--verbose")
    assert (code, err) == (0, [])
    style, camera, video = (line.strip() for line in out[-3:])
    assert style.startswith("style: theme=dark (dark, light or print), background=null, halo=null (dark, light")
    assert style.endswith(
        "ramp=deep (deep or mono), key=true (true, false, left, right or a corner like top_left), "
        "scale=auto (auto or 0 < x <= 9)"
    )
    assert camera == "camera: zoom=1 (0.1 <= x <= 20), center=null"
    assert video.startswith("video: quality=medium (low, medium, high or 4k)") and "pace" not in video


def test_list_of_surfaces_says_what_they_are_when_asked(run: Run) -> None:
    code, out, err = run("--list", "surfaces", "--verbose")
    assert (code, err) == (0, [])
    at = next(index for index, line in enumerate(out) if line.startswith("rosenbrock "))
    said = [line.strip() for line in out[at + 1 : at + 6]]
    assert said[1:4] == [
        "f = (a - x)^2 + b (y - x^2)^2.",
        "x from -2 to 2, y from -1 to 3; start [-1.2, 1]",
        "minima: [1, 1]",
    ]
    assert said[0].startswith("Rosenbrock's banana") and said[4].startswith("Rosenbrock, An automatic method")
    code, brief, err = run("--list", "surfaces")
    assert len(brief) == sum(not line.startswith(" ") for line in out)


def test_a_broken_member_is_shown_as_broken_and_breaks_only_its_own_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "optimizers" / "broken_one.py"
    broken.parent.mkdir()
    broken.write_text("import nothing_of_that_name\n")
    there = OPTIMIZERS.paths()
    monkeypatch.setattr(OPTIMIZERS, "paths", lambda: {**there, "broken_one": broken})
    code, out, _ = run("--list", "optimizers")
    assert code == 0
    assert [line for line in out if "broken: ModuleNotFoundError" in line][0].startswith("broken_one")
    assert len(out) == len(there) + 1
    assert run(config(tmp_path), "--check")[0] == 0
    code, _, err = run(config(tmp_path, "other", optimizers="[broken_one]"), "--check")
    assert code == 2
    assert err[0].startswith("other.yaml:2: optimizers.0: broken_one (broken_one.py) cannot be loaded")
    assert run("--schema")[0] == 0


def test_check_reports_where_every_entry_ends_and_draws_nothing(run: Run, tmp_path: Path) -> None:
    name = config(tmp_path, steps="400", optimizers="[sgd, adam: {start: {grid: [2, 2]}}, sgd: {lr: 9, label: wild}]")
    code, out, err = run(name, "--check")
    assert (code, err) == (0, [])
    assert out[0] == "own.yaml: ok, race on bowl, 6 balls, 400 steps, 1280x720 at 30 frames/s"
    assert out[1].split() == ["SGD", "lr=0.1", "lr=0.1:", "loss", *out[1].split()[4:]]
    assert "in the minimum at (0, 0)" in out[1]
    assert out[2].startswith("  Adam") and "4 in " in out[2]
    assert "wild" in out[3] and "diverged at step" in out[3]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own.yaml"]


# --- outputs


def test_a_film_goes_to_videos_and_its_path_to_standard_output(run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    assert run(config(tmp_path)) == (0, ["videos/own.mp4"], [])
    assert (tmp_path / "videos" / "own.mp4").read_bytes() == b"film"


@pytest.mark.parametrize(
    ("output", "made"),
    [
        ("a.webm", "a.webm"),
        ("deep/er/a.mov", "deep/er/a.mov"),
        ("folder", "folder/own.mp4"),
        ("new/", "new/own.mp4"),
        ("there.csv", "there.csv/own.mp4"),
    ],
)
def test_output_is_a_file_or_a_folder(output: str, made: str, run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    (tmp_path / "there.csv").mkdir()
    assert run(config(tmp_path), "-o", output) == (0, [made], [])
    assert (tmp_path / made).is_file()


def test_several_configs_go_to_a_folder(run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    names = [config(tmp_path, "a"), config(tmp_path, "b")]
    assert run(*names, "-o", "out") == (0, ["out/a.mp4", "out/b.mp4"], [])


@pytest.mark.parametrize("suffix", [".csv", ".npz", ".json"])
def test_data_outputs(suffix: str, run: Run, tmp_path: Path) -> None:
    name = config(tmp_path)
    assert run(name, "-o", f"x{suffix}") == (0, [f"x{suffix}"], [])
    first = (tmp_path / f"x{suffix}").read_bytes()
    assert run(name, "-o", f"x{suffix}")[0] == 0
    assert (tmp_path / f"x{suffix}").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, f"x{suffix}"])


@pytest.mark.parametrize("suffix", [".png", ".frame.json", ".PNG"])
def test_a_picture_takes_a_moment(suffix: str, run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    name, place = config(tmp_path), f"a{suffix}"
    for moment in ("4.5", "step:3", "last", "1e1"):
        assert run(name, "-o", place, "--at", moment) == (0, [place], [])
    assert run(name, "-o", place)[0] == 0
    assert [(call[2].seconds, call[2].step) for call in drawn] == [
        (4.5, None),
        (None, 3),
        (None, None),
        (10, None),
        (None, None),
    ]
    late = "the film has no such second; choose from 0 to 14"
    assert run(name, "-o", place, "--at", "15") == (2, [], [f"--at 15: {late}"])
    assert run(name, "-o", place, "--at", "1, 15,last,1e308") == (2, [], [f"--at 15: {late}", f"--at 1e308: {late}"])


def test_several_moments_are_numbered_in_the_order_given(run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    names = [config(tmp_path, "a"), config(tmp_path, "b")]
    assert run(names[0], "-o", "x.y.PNG", "--at", "last,step:2,1") == (0, ["x.y_1.PNG", "x.y_2.PNG", "x.y_3.PNG"], [])
    assert [(call[2].seconds, call[2].step) for call in drawn] == [(None, None), (None, 2), (1, None)]
    made = [f"out/{name}_{number}.frame.json" for name in "ab" for number in (1, 2)]
    assert run(*names, "-o", "out/", "--format", "frame.json", "--at", "0,0") == (0, made, [])
    assert all((tmp_path / each).is_file() for each in made)


@pytest.mark.parametrize(
    ("given", "suffix"),
    [
        ("csv", ".csv"),
        (".npz", ".npz"),
        ("JSON", ".json"),
        ("gif", ".gif"),
        ("png", ".png"),
        ("webm", ".webm"),
        ("mov", ".mov"),
        ("mp4", ".mp4"),
        ("frame.json", ".frame.json"),
    ],
)
@pytest.mark.parametrize("folder", [None, "out/", "new", ".", ".."])
def test_format_says_what_becomes_of_each_config(
    folder: str | None,
    given: str,
    suffix: str,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    drawn: list[Any],
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    names = ["../" + config(tmp_path, "a"), "../" + config(tmp_path, "b")]
    where = [] if folder is None else ["-o", folder]
    made = [str(Path("videos" if folder is None else folder) / f"{name}{suffix}") for name in "ab"]
    assert run(*names, "--format", given, *where) == (0, made, [])
    assert all((tmp_path / "in" / each).is_file() for each in made)
    assert len(drawn) == (0 if suffix in (".csv", ".npz", ".json") else 2)


def test_a_format_beside_a_file_of_that_kind(run: Run, tmp_path: Path) -> None:
    assert run(config(tmp_path), "-o", "x.csv", "--format", "csv") == (0, ["x.csv"], [])


@pytest.mark.parametrize(
    ("options", "yaml", "fps", "said"),
    [
        ((), {}, 25, False),
        (("--fps", "50"), {}, 50, False),
        (("--fps", "30"), {}, 25, True),
        ((), {"video": "{fps: 60}"}, 50, True),
        (("--fps", "100"), {}, 50, True),
        (("-q", "high"), {}, 25, False),
    ],
)
def test_gifs_have_rates_that_divide_100(
    options: tuple[str, ...], yaml: dict[str, str], fps: int, said: bool, run: Run, tmp_path: Path, drawn: list[Any]
) -> None:
    code, _, err = run(config(tmp_path, **yaml), "-o", "a.gif", *options)
    assert code == 0
    film = drawn[0][0]
    assert film.video.fps == film.shot.video.fps == fps == film.shot.resolved["video"]["fps"]
    assert len(err) == said


@pytest.mark.parametrize(
    ("options", "how"),
    [
        ((), {"jobs": 0, "resume": False}),
        (("-j", "3"), {"jobs": 3, "resume": False}),
        (("--jobs=0", "--resume"), {"jobs": 0, "resume": True}),
    ],
)
def test_how_a_film_is_drawn(
    options: tuple[str, ...], how: dict[str, Any], run: Run, tmp_path: Path, drawn: list[Any]
) -> None:
    assert run(config(tmp_path), *options)[0] == 0
    assert drawn[0][2] == how


def test_sizes_rates_and_sets_reach_the_film(run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    name = config(tmp_path)
    options = ("--transparent", "--resolution", "640x360", "--fps", "24", "--set", "steps=7")
    assert run(name, "-o", "a.webm", *options)[0] == 0
    film = drawn[0][0]
    assert (film.video.width, film.video.height, film.video.fps) == (640, 360, 24)
    assert film.video.transparent
    assert film.shot.experiment.steps == 7


# --- faults


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("disk", "videos/own.mp4: cannot be written: No space left on device; make room, or give another -o"),
        ("machine", "there is no GL driver; install libegl1"),
    ],
)
def test_faults_of_the_machine_are_one_line(title: str, line: str, run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    assert run(config(tmp_path, title=title)) == (2, [], [line])
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["own.yaml"]


def test_a_fault_of_ours_is_not_dressed_up(run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    with pytest.raises(ZeroDivisionError):
        run(config(tmp_path, title="fault"))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["own.yaml"]


def test_data_larger_than_the_disk_is_refused_with_its_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thalweg.cli.targets.disk_free", lambda path: 2000)
    code, out, err = run(config(tmp_path, steps="500"), "-o", "x.csv")
    assert (code, out) == (2, [])
    assert err == ["own.yaml:3: steps: 501 rows need about 65.1 kB, 2 kB are free at .; use fewer steps or starts"]


def test_verbose_speaks_on_standard_error_only(run: Run, tmp_path: Path) -> None:
    code, out, err = run(config(tmp_path), "-o", "x.csv", "--verbose")
    assert (code, out) == (0, ["x.csv"])
    assert len(err) >= 2
