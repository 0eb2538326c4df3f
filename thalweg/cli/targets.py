"""Which file each config becomes, and whether it can."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.errors import Mark, Problem, listed, misuse, nearest, show
from thalweg.film.outputs import DATA, FILMS, KINDS, gif_rate, kind, numbered
from thalweg.system.machine import DISK_BYTES, disk_free, memory_free, memory_needed, size
from thalweg.system.output import unfit

if TYPE_CHECKING:
    from thalweg.film.shot import Film, Shot

OPAQUE = (".mp4", ".gif")
GIF_RATE = 25
MOST_JOBS = 64


def targets(configs: Sequence[Path], output: str | None, form: str | None, problems: list[Problem]) -> list[Path]:
    """The output of each config: videos/NAME.mp4, the file PATH, or NAME.mp4 in the folder PATH; with `form`, the value
    of --format, another extension than mp4.
    """
    wanted = _wanted(form, problems)
    if output is not None and output.startswith("~"):  # --output=~/x.mp4, which shells leave as it is
        output = os.path.expanduser(output)
    source = f"--output {output}"
    if wanted is None:
        return []
    if output is None:
        made = [Path("videos") / f"{config.stem}{wanted}" for config in configs]
    elif not output.strip() or "\0" in output:
        problems.append(misuse(source, "is not a path", "give a file or a folder"))
        return []
    elif output.startswith("=") and not os.path.lexists(output):  # what is left of -o=x.mp4
        problems.append(misuse(source, "begins with =", f"write -o {output[1:] or 'PATH'}"))
        return []
    elif output == "-":
        problems.append(misuse(source, "is standard output, where paths are printed", "give a file or a folder"))
        return []
    elif _is_folder(output):
        made = [Path(output) / f"{config.stem}{wanted}" for config in configs]
    elif unlike := _unlike_file(Path(output), form and wanted, len(configs)):
        problems.append(misuse(source, *unlike))
        return []
    else:
        return [Path(output)]
    for config, target in zip(configs, made, strict=True):
        if kind(target) != wanted:
            problems.append(
                misuse(
                    str(config),
                    f"would become {target}, whose name is that of a {kind(target)}",
                    f"give it its own -o NAME{wanted}",
                )
            )
    return made


def _wanted(form: str | None, problems: list[Problem]) -> str | None:
    """The extension that --format means; None where it means none."""
    if form is None:
        return ".mp4"
    wanted = "." + form.lower().removeprefix(".")
    if wanted in KINDS:
        return wanted
    cure = nearest(wanted[1:], [each[1:] for each in KINDS])
    problems.append(misuse(f"--format {form}", "is no kind of output", cure))
    return None


def makes_data(output: str | None, form: str | None) -> bool:
    """Whether the trajectories are asked for, as far as --output and --format are right."""
    named = None if output is None or _is_folder(output) else kind(output)
    return (named or _wanted(form, [])) in DATA


def _unlike_file(output: Path, wanted: str | None, configs: int) -> tuple[str, str] | None:
    """What is wrong with this file as the output, and the cure: its extension, no name before it, too many configs."""
    made = kind(output)
    ending = wanted or made
    if made not in KINDS:
        close = nearest(made, KINDS)
        cure = close if close.startswith("did") else f"use {listed(KINDS)}"
        folder = "" if os.path.lexists(output) else f", or {output}{os.sep} for a folder"
        return f"{show(made)} is no kind of output", cure + folder
    if wanted and wanted != made:
        return (
            f"makes a {made}, --format {wanted[1:]} a {wanted}",
            f"give -o NAME{wanted}, or a folder, or leave one of the two out",
        )
    if output.name.lower() == made:
        return "names no file", f"give NAME{made}, or a folder with --format {made[1:]}"
    if configs > 1:
        return f"is one file for {configs} configs", f"give a folder with --format {ending[1:]}, or one config"
    return None


def files(configs: Sequence[Path], places: Sequence[Path], count: int, problems: list[Problem]) -> list[list[Path]]:
    """What is written for each config with `count` moments; two that would write one path are a problem, as is a
    place that cannot be written to.
    """
    made = [numbered(place, count) for place in places]
    first: dict[str, tuple[int, Path]] = {}
    for index, (config, targets) in enumerate(zip(configs, made, strict=True)):
        for target in targets:
            before, by = first.setdefault(os.path.realpath(target), (index, config))
            if before != index:
                problems.append(
                    misuse(
                        str(config),
                        f"would write {target}, as {by} does",
                        "render them one by one, each with its own -o",
                    )
                )
        problems.extend(_unwritable(targets[0]))
        problems.extend(problem for target in targets[1:] for problem in _replaceable(target))
    return made


def _is_folder(output: str) -> bool:
    """Whether the path means a folder; a name that is nothing but an extension of ours (.csv) does not."""
    return output.endswith(("/", os.sep)) or os.path.isdir(output) or not kind(output)


def _unwritable(target: Path) -> list[Problem]:
    if problems := _replaceable(target):
        return problems
    folder = target.absolute().parent
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not os.path.isdir(folder):
        return [misuse(str(target), f"{folder} is not a folder", "give another path")]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [misuse(str(target), f"the folder {folder} cannot be written to", "give another path, or its rights")]
    return []


def _replaceable(target: Path) -> list[Problem]:
    """Only files are replaced."""
    if what := unfit(target):
        return [misuse(str(target), what, "give another path")]
    return []


def processes(jobs: str | None, problems: list[Problem]) -> int:
    """The number of --jobs; 0 means as many as help."""
    if jobs is None:
        return 0
    if not (jobs.isascii() and jobs.isdecimal() and len(jobs) <= len(str(MOST_JOBS)) and int(jobs) <= MOST_JOBS):
        problems.append(
            misuse(f"--jobs {jobs}", "is not a number of processes", f"use 1 to {MOST_JOBS}, or 0 for as many as help")
        )
        return 0
    return int(jobs)


def resumable(made: Sequence[Path], problems: list[Problem]) -> None:
    """Only films are gone on with."""
    if made and not any(kind(target) in FILMS for target in made):
        problems.append(misuse("--resume", "is for films only", "leave it out"))


def unsuited(shot: Shot, target: Path) -> list[Problem]:
    """What keeps this shot from becoming that file: nothing rolls, transparency its format lacks, a disk too small."""
    suffix, experiment = kind(target), shot.experiment
    if shot.video.transparent and suffix in OPAQUE:
        return [
            _written(
                shot,
                ("video", "transparent"),
                f"{suffix} has no transparency",
                "use -o NAME.webm, NAME.mov or NAME.png",
            )
        ]
    if experiment is None:
        if suffix not in DATA:
            return []
        return [
            _written(
                shot,
                ("scene",),
                f"nothing rolls in scene {shot.kind}, so there are no data",
                "use -o NAME.mp4 or NAME.png",
            )
        ]
    if suffix in DISK_BYTES:
        from thalweg.engine.record import kept_steps

        kept = len(kept_steps(experiment.record, experiment.steps))
        rows = sum(len(entry.starts) for entry in experiment.entries) * kept
        needed, free = rows * DISK_BYTES[suffix], disk_free(target)
        if free is not None and needed > free:
            what = f"{rows:,} rows need about {size(needed)}, {size(free)} are free at {target.parent}"
            return [_written(shot, ("steps",), what, "use fewer steps or starts")]
    elif experiment.record != "all":  # what is drawn needs every step
        from thalweg.spec.entries import state_bytes

        needed, free = (
            sum(
                memory_needed(len(entry.starts), experiment.steps, state_bytes(entry.optimizer))
                for entry in experiment.entries
            ),
            memory_free(),
        )
        if free is not None and needed > 0.8 * free:
            what = f"a film needs every step, {size(needed)} of memory, {size(free)} are free"
            return [_written(shot, ("record",), what, "use fewer steps or starts, or -o NAME.csv")]
    return []


def given_video(options: Mapping[str, Any]) -> dict[str, Any]:
    """What the command line says about the picture, as `spec.load` takes it."""
    return {
        **{key: options[key] for key in ("quality", "resolution", "fps")},
        "transparent": options["transparent"] or None,
    }


def unsuited_for_window(names: Sequence[str], options: Mapping[str, Any]) -> list[Problem]:
    """What on the command line does not go with --preview."""
    cures = {
        "output": "in the window r renders the film and s saves a still",
        "format": "leave it out",
        "at": "drag the window's time bar",
        "check": "give one of the two",
        "resume": "leave it out",
        "jobs": "leave it out",
        "transparent": "leave it out",
    }
    problems = [
        misuse(f"--{name}", "does not go with --preview", cure) for name, cure in cures.items() if options[name]
    ]
    if len(names) > 1:
        problems.append(misuse("--preview", f"shows one config, not {len(names)}", "give one"))
    return problems


def unsuited_for_report(names: Sequence[str], options: Mapping[str, Any]) -> list[Problem]:
    """What on the command line does not go with --list or --schema, which print and make nothing."""
    report = "--list" if options["what"] else "--schema"
    others = {name for name, value in options.items() if value not in (None, False, ()) and name != report[2:]}
    others -= {"what", "plugin", "trust", "verbose"} if report == "--list" else {"plugin", "trust", "verbose"}
    problems = [
        misuse(
            "--set" if name == "overrides" else f"--{name}",
            f"does not go with {report}",
            f"write {report} > FILE" if name == "output" else "give one of the two",
        )
        for name in options
        if name in others
    ]
    return problems + [misuse(name, f"does not go with {report}", "give one of the two") for name in names]


def _written(shot: Shot, keys: tuple[str, ...], what: str, cure: str) -> Problem:
    mark = shot.written(*keys) or Mark(1)
    return Problem(str(shot.path), mark.line, ".".join(keys), what, cure, mark.source)


def suited(film: Film, target: Path) -> tuple[Film, str]:
    """The film with a rate the format can have, and what was changed (empty unless the user asked otherwise)."""
    fps = film.video.fps
    if kind(target) != ".gif":
        return film, ""
    asked = film.shot.written("video", "fps") is not None
    rate = gif_rate(fps) if asked else GIF_RATE
    shots = tuple(
        replace(
            shot,
            video=replace(shot.video, fps=rate),
            resolved={**shot.resolved, "video": {**shot.resolved["video"], "fps": rate}},
        )
        for shot in film.shots
    )
    changed = f"{target}: a gif cannot show {fps} frames/s, it has {rate}" if asked and rate != fps else ""
    return replace(film, shots=shots), changed
