"""The command line: reads arguments and configs, rolls the balls, hands over to what draws or writes.

Nothing heavy is imported before it is needed: --help loads neither numpy nor sympy, and manimgl comes last of all, only
for films and pictures.
"""
from __future__ import annotations

from configs import stop

if __name__ == "__main__":
    stop.at_once()  # the imports below take a moment
import errno
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import configs
from configs.errors import Problem, one_line
from configs.folders import NoFolder
from configs.stop import INTERRUPTED, TERMINATED, Terminated
from configs.version import VERSION

if TYPE_CHECKING:
    from configs.experiment import Experiment

USER = 2


class UserErrors(Exception):
    """What the user must mend: a line each."""

    def __init__(self, problems: Iterable[Problem | str]) -> None:
        self.lines = list(dict.fromkeys(one_line(str(problem)) for problem in problems))
        super().__init__("\n".join(self.lines))


@click.command(context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
               epilog="Example: python render.py boss_fight -o race.gif --set steps=100")
@click.argument("config", nargs=-1)
@click.option("-o", "--output", metavar="PATH", help="File or folder; the extension chooses what is made: "
              ".mp4 .webm .mov .gif film, .png one frame (with --at), .csv .npz .json the trajectories.")
@click.option("--at", metavar="SECONDS", help="The moment shown in a .png (default: the last frame).")
@click.option("-p", "--preview", is_flag=True, help="Open a window: play, change the YAML and see it, move the balls.")
@click.option("-q", "--quality", metavar="low|medium|high|4k",
              help="854x480@30, 1280x720@30, 1920x1080@60, 3840x2160@60.")
@click.option("--resolution", metavar="WxH", help="Size in pixels, both even.")
@click.option("--fps", metavar="N", help="Frames a second.")
@click.option("--transparent", is_flag=True, help="No background, for .webm, .mov and .png.")
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True,
              help="Change one value of the YAML, repeatable: --set steps=500 --set optimizers.adam.lr=0.01")
@click.option("--check", is_flag=True, help="Read, simulate, report; draw nothing.")
@click.option("--list", "what", is_flag=False, flag_value="all", metavar="[optimizers|surfaces|scenes|schedules|noise]",
              help="Names, parameters with defaults and ranges, one line each.")
@click.option("--schema", is_flag=True, help="The JSON schema of the YAML, for editors.")
@click.option("-j", "--jobs", metavar="N", help="Processes for drawing; 0 (the default) = as many as help.")
@click.option("--resume", is_flag=True, help="Go on with a film that was cut off.")
@click.option("--verbose", is_flag=True, help="Say how long each part takes.")
@click.option("--plugin", metavar="FILE.py", multiple=True,
              help="Add the optimizer or surface of a file, repeatable. A plugin is code: it needs --trust.")
@click.option("--trust", is_flag=True, help="Run the plugins of this command and of its configs.")
@click.version_option(VERSION, prog_name="thalweg", message="%(prog)s %(version)s")
def command(config: tuple[str, ...], **options: Any) -> None:
    """Films of optimizers rolling over loss surfaces.

    Each CONFIG becomes videos/NAME.mp4; a bare name means configs/NAME.yaml or configs/NAME/NAME.yaml.
    """
    from configs.plugins import of_command
    if problems := of_command(options["plugin"], options["trust"]):
        raise UserErrors(problems)
    if options["what"]:
        _list(options["what"])
    elif options["schema"]:
        from configs.jsonschema import text
        print(text(), end="")
    elif not config:
        raise UserErrors(["CONFIG: is missing; give one, for example: python render.py boss_fight"])
    elif options["preview"]:
        _preview(config, options)
    else:
        _make(config, options)


def _list(what: str) -> None:
    from configs.errors import nearest
    from configs.listing import WHAT, listing
    if what not in ("all", *WHAT):
        raise UserErrors([f"--list {what}: there is no such list; {nearest(what, WHAT)}"])
    for line in listing(what):
        print(line)


def _preview(names: Sequence[str], options: dict[str, Any]) -> None:
    """The live window of one config."""
    from configs.targets import given_video, unsuited_for_window
    problems = unsuited_for_window(names, options)
    experiments = [loaded for name in names for loaded in _load(name, options, problems)]
    if problems:
        raise UserErrors(problems)
    from scenes.live import preview
    from scenes.stage.errors import MachineError
    try:
        preview(experiments[0].path, options["overrides"], given_video(options))
    except MachineError as error:
        raise UserErrors([str(error)]) from error
    except Terminated:  # somebody closed the window that way
        pass


def _make(names: Sequence[str], options: dict[str, Any]) -> None:
    """Reads and checks everything before anything is drawn, then makes one config after the other."""
    started = time.perf_counter()
    experiments, places, at, jobs = _planned(names, options)
    _say(options, f"read in {time.perf_counter() - started:.2f} s")
    for experiment, place in zip(experiments, places, strict=True):
        stop.check()
        started = time.perf_counter()
        from configs.targets import DATA
        data = options["check"] or place.suffix.lower() in DATA
        trajectories = experiment.roll(experiment.record if data else "all")
        _say(options, f"{experiment.name}: rolled in {time.perf_counter() - started:.2f} s")
        if options["check"]:
            from configs.report import report
            from scenes.display import display_of
            shown = [f"  picture: {line}" for line in display_of(experiment, trajectories).notes]
            print("\n".join([*report(experiment, trajectories), *shown]), flush=True)
        else:
            _write(experiment, trajectories, place, at, {"jobs": jobs, "resume": options["resume"]})
            print(place, flush=True)
            _say(options, f"{experiment.name}: made in {time.perf_counter() - started:.2f} s")


def _planned(names: Sequence[str], options: dict[str, Any]) -> tuple[list[Experiment], list[Path], float | None, int]:
    """The experiments, their outputs, the moment of --at and the number of --jobs. Raises UserErrors with all problems
    of all configs.
    """
    from configs.targets import moment, processes, resumable, targets, unsuited
    problems: list[Problem] = []
    experiments = [loaded for name in names for loaded in _load(name, options, problems)]
    whole = len(experiments) == len(names)
    paths = [experiment.path for experiment in experiments] if whole else [Path(name) for name in names]
    only_check = options["check"] and options["output"] is None
    places = paths if only_check else targets(paths, options["output"], problems)
    at = moment(options["at"], places, problems)
    jobs = processes(options["jobs"], problems)
    if options["resume"]:
        resumable(places, problems)
    if whole and places and not only_check:
        for experiment, place in zip(experiments, places, strict=True):
            problems += unsuited(experiment, place)
    if problems:
        raise UserErrors(problems)
    return experiments, places, at, jobs


def _write(experiment: Experiment, trajectories: Sequence[Any], place: Path, at: float | None,
           how: dict[str, Any]) -> None:
    """Makes one file, a film in the way of `how`. Raises UserErrors when the disk or the machine is in the way."""
    from configs.targets import DATA, suited
    experiment, changed = suited(experiment, place)
    if changed:
        print(one_line(changed), file=sys.stderr)
    try:
        if place.suffix.lower() in DATA:
            from configs.data import write
            write(place, experiment, trajectories)
        else:
            _draw(experiment, trajectories, place, at, how)
    except OSError as error:
        if error.errno is None or isinstance(error, BrokenPipeError):
            raise
        cure = "make room, or give another -o"
        raise UserErrors([f"{place}: cannot be written: {error.strerror}; {cure}"]) from error


def _load(name: str, options: dict[str, Any], problems: list[Problem]) -> list[Experiment]:
    from configs.targets import given_video
    try:
        return [configs.load(configs.find(name), options["overrides"], given_video(options))]
    except configs.ConfigErrors as error:
        problems.extend(error.problems)
        return []


def _draw(experiment: Experiment, trajectories: Sequence[Any], place: Path, at: float | None,
          how: dict[str, Any]) -> None:
    from scenes.stage.errors import MachineError, OutsideFilm
    try:
        from configs.progress import Progress
        from scenes.stage.render import render_film, render_still
        if place.suffix.lower() == ".png":
            render_still(experiment, trajectories, place, at)
        else:
            with Progress(experiment.name) as progress:
                render_film(experiment, trajectories, place, progress, **how)
    except OutsideFilm as error:
        raise UserErrors([f"--at {at:g}: {error}"]) from error
    except MachineError as error:
        raise UserErrors([str(error)]) from error


def _say(options: dict[str, Any], words: str) -> None:
    if options["verbose"]:
        print(one_line(words), file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code; exceptions that are our fault come through."""
    with stop.heeding():
        try:
            return _ended(arguments)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            return INTERRUPTED
        except Terminated:
            return TERMINATED
        except Exception:
            if (code := stop.asked()) is None:
                raise
            return code


def _ended(arguments: Sequence[str] | None) -> int:
    """The exit code of one command line that nobody stopped."""
    try:
        # not command.main, which prints and exits in ways of its own
        with command.make_context("render.py", list(sys.argv[1:] if arguments is None else arguments)) as context:
            command.invoke(context)
        sys.stdout.flush()
        return 0
    except click.exceptions.Exit as done:  # --help and --version
        sys.stdout.flush()
        return done.exit_code
    except UserErrors as error:
        print("\n".join(error.lines), file=sys.stderr)
    except NoFolder as error:
        print(error, file=sys.stderr)
    except click.ClickException as error:
        print(one_line(error.format_message()), file=sys.stderr)
    except MemoryError:
        print("not enough memory for this config; use fewer steps or starts", file=sys.stderr)
    except OSError as error:
        if not isinstance(error, BrokenPipeError) and error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the last flush would fail again
        if isinstance(error, BrokenPipeError):  # whoever read our output has seen enough
            return 0
        print(f"standard output: {error.strerror}; make room", file=sys.stderr)
    return USER


def run() -> NoReturn:
    """The command as a process of its own."""
    stop.at_once()
    stop.leave(main())


if __name__ == "__main__":
    run()
