"""The command line: reads arguments and configs, rolls the balls, hands over to what draws or writes.

Nothing heavy is imported before it is needed: --help loads neither numpy nor sympy, and manimgl comes last of all, only
for films and pictures.
"""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from thalweg.errors import Problem, one_line
from thalweg.spec import ConfigErrors, find, load
from thalweg.system import stop, streams
from thalweg.system.folders import NoFolder
from thalweg.system.output import cure_of
from thalweg.system.stop import INTERRUPTED, TERMINATED, Terminated
from thalweg.version import VERSION

if TYPE_CHECKING:
    from thalweg.film.moments import Moment
    from thalweg.film.shot import Film

USER = 2


def called(script: str, python: str) -> str:
    """The command as it was called, for examples that can be typed: a clone's door, the module, the program."""
    path = Path(script)
    if path.name == "render.py":
        return shlex.join([python, script])
    if path.parts[-2:] == ("thalweg", "__main__.py"):
        return shlex.join([python, "-m", "thalweg"])
    return shlex.quote(script) if path.stem == "thalweg" and shutil.which("thalweg") is None else "thalweg"


CALLED = called(sys.argv[0], sys.orig_argv[0])


class UserErrors(Exception):
    """What the user must mend: a line each."""

    def __init__(self, problems: Iterable[Problem | str]) -> None:
        self.lines = list(dict.fromkeys(one_line(str(problem)) for problem in problems))
        super().__init__("\n".join(self.lines))


@click.command(
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
    epilog=f"Example: {CALLED} boss_fight -o race.gif --set steps=100",
)
@click.argument("config", nargs=-1)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    help="File or folder; the extension chooses what is made: "
    ".mp4 .webm .mov .gif film, .png one frame (with --at), .csv .npz .json the trajectories, "
    ".frame.json what stands on one frame (with --at).",
)
@click.option(
    "--at",
    metavar="MOMENT",
    help="The moment of a .png or .frame.json: seconds, step:40, last (the "
    "default), or several with commas, which become NAME_1.png and so on.",
)
@click.option("--format", metavar="EXT", help="What is made of each config, without -o or in a folder (default mp4).")
@click.option("-p", "--preview", is_flag=True, help="Open a window: play, change the YAML and see it, move the balls.")
@click.option(
    "-q", "--quality", metavar="low|medium|high|4k", help="854x480@30, 1280x720@30, 1920x1080@60, 3840x2160@60."
)
@click.option("--resolution", metavar="WxH", help="Size in pixels, both even.")
@click.option("--fps", metavar="N", help="Frames a second.")
@click.option("--transparent", is_flag=True, help="No background, for .webm, .mov and .png.")
@click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change one value of the YAML, repeatable: --set steps=500 --set optimizers.adam.lr=0.01",
)
@click.option("--check", is_flag=True, help="Read, simulate, report; draw nothing.")
@click.option(
    "--list",
    "what",
    is_flag=False,
    flag_value="all",
    metavar="[optimizers|surfaces|scenes|schedules|noise|recorded]",
    help="Names, parameters with defaults and ranges, one line each.",
)
@click.option("--schema", is_flag=True, help="The JSON schema of the YAML, for editors.")
@click.option("-j", "--jobs", metavar="N", help="Processes for drawing; 0 (the default) = as many as help.")
@click.option("--resume", is_flag=True, help="Go on with a film that was cut off.")
@click.option(
    "--verbose",
    is_flag=True,
    help="Say how long each part takes; with --list, what sections hold, what moves balls.",
)
@click.option(
    "--plugin",
    metavar="FILE.py|FOLDER",
    multiple=True,
    help="Add the optimizer or surface of a file, the scene of a folder; repeatable. A plugin is code: it "
    "needs --trust.",
)
@click.option("--trust", is_flag=True, help="Run the plugins of this command and of its configs.")
@click.version_option(VERSION, prog_name="thalweg", message="%(prog)s %(version)s")
def command(config: tuple[str, ...], **options: Any) -> None:
    """Films of optimizers rolling over loss surfaces.

    Each CONFIG becomes videos/NAME.mp4; a bare name means configs/NAME.yaml or configs/NAME/NAME.yaml.
    """
    _in_a_folder()
    from thalweg.spec.plugins import of_command

    if problems := of_command(options["plugin"], options["trust"]):
        raise UserErrors(problems)
    if options["what"] or options["schema"]:
        from thalweg.cli.targets import unsuited_for_report

        if problems := unsuited_for_report(config, options):
            raise UserErrors(problems)
    if options["what"]:
        _list(options["what"], options["verbose"])
    elif options["schema"]:
        from thalweg.spec.jsonschema import text

        print(text(), end="")
    elif not config:
        raise UserErrors([f"CONFIG: is missing; give one, for example: {CALLED} boss_fight"])
    elif options["preview"]:
        _preview(config, options)
    else:
        _make(config, options)


def _in_a_folder() -> None:
    """Paths are relative to a folder that must be there."""
    try:
        os.getcwd()
    except OSError as error:
        raise UserErrors(["the folder that this command was started in is gone; cd to one that is there"]) from error


def _list(what: str, verbose: bool) -> None:
    from thalweg.cli.listing import WHAT, listing
    from thalweg.errors import nearest

    if what not in ("all", *WHAT):
        raise UserErrors([f"--list {what}: there is no such list; {nearest(what, WHAT)}"])
    for line in listing(what, verbose):
        print(line)


def _preview(names: Sequence[str], options: dict[str, Any]) -> None:
    """The live window of one config."""
    from thalweg.cli.targets import given_video, unsuited_for_window

    problems = unsuited_for_window(names, options)
    films = [loaded for name in names for loaded in _load(name, options, problems)]
    if problems:
        raise UserErrors(problems)
    from thalweg.live import preview
    from thalweg.stage.errors import MachineError

    try:
        preview(films[0].shot.path, options["overrides"], given_video(options))
    except MachineError as error:
        raise UserErrors([str(error)]) from error
    except Terminated:  # somebody closed the window that way
        pass


def _make(names: Sequence[str], options: dict[str, Any]) -> None:
    """Reads and checks everything before anything is drawn, then makes one config after the other. Files are made
    whether or not anybody hears of them; raises OSError at the end for a standard output that could not be written.
    """
    started, unheard = time.perf_counter(), None
    films, places, at, jobs = _planned(names, options)
    from thalweg.film.outputs import DATA, kind

    _say(options, f"read in {time.perf_counter() - started:.2f} s")
    for film, files in zip(films, places, strict=True):
        stop.check()
        started, name = time.perf_counter(), film.shot.name
        rolled = film.roll(as_data=options["check"] or kind(files[0]) in DATA)
        _say(options, f"{name}: rolled in {time.perf_counter() - started:.2f} s")
        if not options["check"] and kind(files[0]) not in DATA:
            _as_paced(film, rolled)
        if options["check"]:
            from thalweg.cli.report import report, wants_every_step

            paced = film.roll() if any(wants_every_step(shot) for shot in film.shots) else rolled
            _as_paced(film, paced)
            print(
                "\n".join(
                    line
                    for shot, runs, every in zip(film.shots, rolled, paced, strict=True)
                    for line in report(shot, runs, every)
                ),
                flush=True,
            )
            continue
        for made in _written(film, rolled, files, at, {"jobs": jobs, "resume": options["resume"]}):
            unheard = streams.say_path(made) or unheard
        _say(options, f"{name}: made in {time.perf_counter() - started:.2f} s")
    if unheard:
        raise unheard


def _as_paced(film: Film, rolled: Sequence[Any]) -> None:
    """Raises UserErrors for moments of a listed pace that do not come; `rolled` has every step."""
    from thalweg.spec.pace import unpaced

    problems = [each for shot, runs in zip(film.shots, rolled, strict=True) for each in unpaced(shot, runs)]
    if problems:
        raise UserErrors(problems)


def _planned(names: Sequence[str], options: dict[str, Any]) -> tuple[list[Film], list[list[Path]], list[Moment], int]:
    """The films, the files of each, the moments of --at and the number of --jobs. Raises UserErrors with all
    problems of all configs.
    """
    from thalweg.cli.plan import planned
    from thalweg.cli.targets import processes, resumable
    from thalweg.film.moments import moments

    problems: list[Problem] = []
    films = [loaded for name in names for loaded in _load(name, options, problems)]
    paths = [film.shot.path for film in films] if len(films) == len(names) else [Path(name) for name in names]
    if options["check"] and options["output"] is None and options["format"] is None:
        made, at = [[path] for path in paths], moments(options["at"], paths, problems)
    else:
        made, at = planned(films, paths, options["output"], options["format"], options["at"], problems)
    jobs = processes(options["jobs"], problems)
    if options["resume"]:
        resumable([files[0] for files in made], problems)
    if problems:
        raise UserErrors(problems)
    return films, made, at, jobs


def _written(
    film: Film, rolled: Sequence[Any], files: Sequence[Path], at: Sequence[Moment], how: dict[str, Any]
) -> Iterator[Path]:
    """Makes the files of one config, a film in the way of `how`, and yields each that is made. Raises UserErrors when
    the disk or the machine is in the way.
    """
    from thalweg.cli.targets import suited
    from thalweg.film.outputs import DATA, kind

    film, changed = suited(film, files[0])
    if changed:
        print(one_line(changed), file=sys.stderr)
    waiting = list(files)
    made = (_data if kind(files[0]) in DATA else _drawn)(film, rolled, files, at, how)
    while waiting:
        try:
            next(made)
        except OSError as error:
            if error.errno is None or isinstance(error, BrokenPipeError):
                raise
            raise UserErrors([f"{waiting[0]}: cannot be written: {error.strerror}; {cure_of(error)}"]) from error
        yield waiting.pop(0)


def _load(name: str, options: dict[str, Any], problems: list[Problem]) -> list[Film]:
    from thalweg.cli.targets import given_video, makes_data

    try:
        picture = options["check"] or options["preview"] or not makes_data(options["output"], options["format"])
        return [load(find(name), options["overrides"], given_video(options), picture=picture)]
    except ConfigErrors as error:
        problems.extend(error.problems)
        return []


def _data(film: Film, rolled: Sequence[Any], files: Sequence[Path], at: Sequence[Moment], _: Any) -> Iterator[Path]:
    from thalweg.cli.plan import make

    return make(film, rolled, files, at)


def _drawn(
    film: Film, rolled: Sequence[Any], files: Sequence[Path], at: Sequence[Moment], how: dict[str, Any]
) -> Iterator[Path]:
    from thalweg.cli.plan import make
    from thalweg.cli.progress import Progress
    from thalweg.film.clock import OutsideFilm
    from thalweg.film.outputs import FILMS, kind
    from thalweg.stage.errors import MachineError

    try:
        if kind(files[0]) not in FILMS:
            yield from make(film, rolled, files, at)
            return
        with Progress(film.shot.name) as progress:
            yield from make(film, rolled, files, at, progress=progress, **how)
    except OutsideFilm as error:
        raise UserErrors([f"--at {line}" for line in error.args]) from error
    except ConfigErrors as error:  # what is only known once all has rolled: panels that find no room
        raise UserErrors(error.problems) from error
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
        except Exception as error:
            if (code := stop.asked()) is not None:
                return code
            from thalweg.spec.plugins import at_fault

            if (line := at_fault(error)) is None:
                raise
            print(one_line(line), file=sys.stderr)
            return USER


def _ended(arguments: Sequence[str] | None) -> int:
    """The exit code of one command line that nobody stopped."""
    try:
        # not command.main, which prints and exits in ways of its own
        with command.make_context(CALLED, list(sys.argv[1:] if arguments is None else arguments)) as context:
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
    except (MemoryError, ImportError) as error:
        if isinstance(error, ImportError) and "map segment" not in str(error):  # of a library, for want of memory
            raise
        print("not enough memory for this config; use fewer steps or starts", file=sys.stderr)
    except OSError as error:
        if not isinstance(error, BrokenPipeError) and error.errno != errno.ENOSPC:
            raise
        streams.silence()  # or the last flush would fail again
        if isinstance(error, BrokenPipeError):  # whoever read our output has seen enough
            return 0
        print(f"standard output: {error.strerror}; make room", file=sys.stderr)
    return USER


def run() -> NoReturn:
    """The command as a process of its own."""
    stop.at_once()
    streams.settle()
    warnings.formatwarning = lambda message, *_: one_line(f"warning: {message}") + "\n"
    stop.leave(main())
