"""Draws the same race with everyone in turn, in one run, and prints how fast each is.

    .venv/bin/python -m benchmarks.drawing [--quick] [--size 1920x1080] [--only thalweg,floor] [--write]

Everyone is run as a whole process and makes two films of the race, a short and a long one; the difference gives the
frames/s, so start-up is excluded. Slow peers make their films of fewer frames a second (which leaves them fewer points
in their trails, in their favour). Plain manimgl comes first and last, Thalweg and the floor come twice: drift shows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks import _peers, _report
from benchmarks._measure import Failed, Film, Speed, frames_in, machine, run, speed
from benchmarks._report import FLOOR, OURS, PLAIN

CONFIG = "boss_fight"
WORDS = {
    OURS: "render.py with its defaults",
    FLOOR: "ramp and light alone, same read-back and processes; mesh, shader, encoder as of November 2026",
    PLAIN: "get_graph, SurfaceMesh 31x31, Spheres, TracedPaths, Text, samples 4, its own writer",
    "Manim Community": "ThreeDScene, plot_surface 31x31, Dot3D, TracedPaths, Text, Cairo (its default)",
    "Manim Community, OpenGL": "the same file with --renderer opengl",
    "matplotlib": "plot_surface, lines and markers, legend, FuncAnimation",
}
ORDER = (PLAIN, OURS, FLOOR, "Manim Community", "Manim Community, OpenGL", "matplotlib", FLOOR, OURS, PLAIN)
PAIRS = 2 * (FLOOR, OURS, OURS, FLOOR)  # more rounds of these: their ratio is near 1, and machines are unsteady
KEYS = {
    "thalweg": OURS,
    "floor": FLOOR,
    "plain": PLAIN,
    "community": "Manim Community",
    "community_opengl": "Manim Community, OpenGL",
    "matplotlib": "matplotlib",
}
SCRIPTS = {
    PLAIN: "plain_manimgl",
    "Manim Community": "community",
    "Manim Community, OpenGL": "community",
    "matplotlib": "matplotlib_race",
}
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    given = arguments()
    if given.list:
        print("\n".join(f"{key}: {WORDS[name]}" for key, name in KEYS.items()))
        return
    pages = [heading(given)]
    print(pages[0], flush=True)
    with tempfile.TemporaryDirectory(prefix="thalweg-bench-") as folder:
        for size in given.size or ["1280x720"]:
            pages.append(Bench(given, size, Path(folder)).page())
            print(pages[-1], flush=True)
    if given.write:
        RESULTS.write_text("\n".join(pages), encoding="utf-8")
        print(RESULTS)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drawing", description=__doc__.split("\n")[0])
    parser.add_argument("--size", action="append", metavar="WxH", help="repeatable; 1280x720 unless given")
    parser.add_argument("--quick", action="store_true", help="short films: figures within minutes, noisy")
    parser.add_argument("--peer-fps", type=int, metavar="N", help="frames a second of the peers' films (30: like ours)")
    parser.add_argument("--only", default=",".join(KEYS), help="some of: " + ",".join(KEYS))
    parser.add_argument("--write", action="store_true", help="keep the results in benchmarks/RESULTS.md")
    parser.add_argument("--list", action="store_true", help="say what is compared, and measure nothing")
    given = parser.parse_args()
    unknown = [key for key in given.only.split(",") if key not in KEYS]
    if unknown:
        parser.error(f"--only {unknown[0]}: choose from {', '.join(KEYS)}")
    given.names = [KEYS[key] for key in given.only.split(",")]
    given.lengths, given.slow = ((4, 8), 3) if given.quick else ((4, 12), 10)
    given.slow = given.peer_fps or given.slow
    given.spans = (4, 12) if given.quick else (10, 60)
    return given


def heading(given: argparse.Namespace) -> str:
    from thalweg.version import VERSION

    here, python = machine(), ".".join(map(str, sys.version_info[:3]))
    pinned = (
        ("manimgl", "plain_manimgl", "manimgl"),
        ("Manim Community", "community", "manim"),
        ("matplotlib", "matplotlib_race", "matplotlib"),
    )
    peers = ", ".join(f"{name} {_peers.version(peer, package)}" for name, peer, package in pinned)
    short, long = given.lengths
    lines = [
        "# How fast the race is drawn",
        "",
        f"{date.today().isoformat()}, `{CONFIG}`, Thalweg {VERSION}, Python {python}, {peers}.",
        f"Machine: {here['processor']}, {here['cores']} cores; GL_RENDERER {here['GL_RENDERER']}, "
        f"{here['GL_VERSION']}.",
        f"Films of {short} s and {long} s, 30 frames/s ({given.slow} for the peers); start-up excluded by their "
        "difference." + (" Quick run: noisy." if given.quick else ""),
        "",
    ]
    return "\n".join(lines)


class Bench:
    """All figures at one size."""

    def __init__(self, given: argparse.Namespace, size: str, folder: Path) -> None:
        self.given, self.size, self.folder = given, size, folder
        self.speeds: dict[str, list[Speed]] = {}
        self.faults: dict[str, str] = {}

    def page(self) -> str:
        names = self.given.names
        if any(name in SCRIPTS for name in names):
            self.race = self.folder / "race.npz"
            run([sys.executable, "-m", "benchmarks.race_data", CONFIG, self.race, *map(str, self.given.lengths)])
        for name in [name for name in ORDER if name in names]:
            self.measure(name)
        for name in PAIRS if {OURS, FLOOR} <= {*names} and not self.given.quick else ():
            self.measure(name)
        parts = [f"## {self.size}", "", _report.rates(self.speeds, self.faults, WORDS), ""]
        notes = _report.goals(self.size, self.speeds)
        if OURS in self.speeds:
            notes += self.attempt(self.start_up) + self.attempt(self.qualities) + self.attempt(self.memory)
        parts += [f"- {note}" for note in notes]
        lent = {_peers.ffmpeg(script) for name, script in SCRIPTS.items() if name in self.speeds}
        parts += [f"- the peers' program: {program}" for program in sorted(lent)]
        if OURS in self.speeds:
            parts += ["", *self.attempt(self.parts)]
        return "\n".join([*parts, ""])

    def measure(self, name: str) -> None:
        print(f"{self.size}: {name}", file=sys.stderr, flush=True)
        make = self.maker(name)
        try:
            films = [make(length) for length in self.given.lengths]
            self.speeds.setdefault(name, []).append(speed(*films))
        except Failed as error:
            self.faults[name] = str(error)

    def maker(self, name: str) -> Callable[[float], Film]:
        if name in SCRIPTS:
            more = ["--renderer", "opengl"] if "OpenGL" in name else []
            return lambda length: _peers.film(
                SCRIPTS[name], self.race, length, self.given.slow, self.size, self.folder, more
            )
        return partial(self.own_film, name)

    def own_film(self, name: str, length: float) -> Film:
        """A film by render.py, or by the floor, which has the same command line."""
        place = self.folder / f"{name}-{length:g}.mp4"
        program = ["render.py"] if name == OURS else ["-m", "benchmarks.floor"]
        more = ["--resolution", self.size, "--set", f"video.seconds={length:g}", "-o", place]
        ran = run([sys.executable, *program, CONFIG, *more])
        return Film(frames_in(place), ran, place)

    def attempt(self, measure: Callable[[], list[str]]) -> list[str]:
        """What is said of a figure; a figure that cannot be taken is said to be missing and ends nothing."""
        print(f"{self.size}: {measure.__name__}", file=sys.stderr, flush=True)
        try:
            return measure()
        except Failed as error:
            return [f"{measure.__name__}: not measured: {error}"]

    def start_up(self) -> list[str]:
        """Whole seconds until the first frame stands as a picture, the quickest of three."""
        place = self.folder / "first.png"
        command = [sys.executable, "render.py", CONFIG, "--resolution", self.size, "--at", "0", "-o", place]
        best = min((run(command) for _ in range(3)), key=lambda ran: ran.wall)
        seconds = best.wall
        words = f"start-up: {seconds:.2f} s until the first frame is a picture on disk"
        return [_report.judged(seconds, _report.START_GOAL, words, least=False, busy=best.others > _report.BUSY)]

    def qualities(self) -> list[str]:
        """Of the long films just made; the floor's too, which shows that it drew what it should."""
        length, notes = self.given.lengths[1], []
        for name, more in ((OURS, []), (FLOOR, ["--floor"])):
            if name in self.speeds:
                film = self.folder / f"{name}-{length:g}.mp4"
                command = [sys.executable, "-m", "benchmarks.quality", film, CONFIG, self.size, str(length), *more]
                notes.append(_report.quality(name, json.loads(run(command).output.splitlines()[-1])))
        return notes

    def memory(self) -> list[str]:
        peaks = {length: self.own_film(OURS, length).ran.peak for length in self.given.spans}
        if not all(peaks.values()):
            raise Failed("this machine does not tell the memory of processes")
        return [_report.memory(peaks)]

    def parts(self) -> list[str]:
        ran = run([sys.executable, "-m", "benchmarks.parts", CONFIG, self.size, *(["15"] if self.given.quick else [])])
        return [_report.parts(json.loads(ran.output.splitlines()[-1]))]


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(f"nothing can be measured: {error}")
