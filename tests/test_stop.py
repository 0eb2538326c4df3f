"""Told to stop, at any moment and more than once: the right exit code, no traceback, nothing and nobody left."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.jobs_help import SMALL
from tests.scenes_help import ROOT, environment
from thalweg.cli import main as cli
from thalweg.system import stop

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals come differently there")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def hit(number: signal.Signals = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


@pytest.fixture(autouse=True)
def as_in_a_terminal():
    """What a shell starts in the background ignores SIGINT from birth."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", CODES)
def test_the_second_and_the_third_do_not_cut_off_the_cleaning_up(number, monkeypatch):
    steps = []

    def ended(arguments):
        try:
            hit(number)
            time.sleep(5)
        finally:
            for step in range(3):
                hit(number)
                hit(signal.SIGTERM)
                steps.append(step)

    monkeypatch.setattr(cli, "_ended", ended)
    handlers = [signal.getsignal(each) for each in CODES]
    assert cli.main([]) == CODES[number] and steps == [0, 1, 2]
    assert [signal.getsignal(each) for each in CODES] == handlers


def test_what_goes_wrong_while_it_unwinds_is_not_the_news(monkeypatch):
    def ended(arguments):
        try:
            hit()
            time.sleep(5)
        finally:
            raise OSError("a temporary folder that is gone")

    monkeypatch.setattr(cli, "_ended", ended)
    assert cli.main([]) == 130


def test_one_that_is_lost_in_a_destructor_is_raised_again(capsys):
    class Lost:
        def __del__(self):
            hit()
            time.sleep(0.001)

    with pytest.raises(KeyboardInterrupt), stop.heeding():
        lost = Lost()
        del lost
        gc.collect()
        time.sleep(5)
    assert capsys.readouterr().err == ""


def test_an_import_is_not_torn(tmp_path, monkeypatch):
    source = "import os, time\nos.kill(os.getpid(), 2)\ntime.sleep(0.1)\ndone = True\n"
    (tmp_path / "slow_to_import.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KeyboardInterrupt), stop.heeding():
        import slow_to_import  # type: ignore[import-not-found]

        time.sleep(5)
    assert slow_to_import.done


# A shader with a uniform: moderngl's C has Python make it, and would crash if that failed.
SHADER = """
import os, sys
import _moderngl
from thalweg.system import stop
from thalweg.stage import boot
boot.ensure()
context = boot.shared_context()
class Hit(_moderngl.Uniform):
    def __init__(self):
        os.kill(os.getpid(), 2)
        for _ in range(1000):
            pass
        super().__init__()
_moderngl.Uniform = Hit
try:
    with stop.heeding():
        context.program(vertex_shader="#version 330\\nuniform float a;\\nvoid main() { gl_Position = vec4(a); }")
        __import__("time").sleep(5)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_one_that_was_put_off_is_not_raised_a_second_time(tmp_path, monkeypatch):
    (tmp_path / "hit_while_imported.py").write_text("import os\nos.kill(os.getpid(), 2)\n")
    monkeypatch.syspath_prepend(tmp_path)
    cleaned = False
    with pytest.raises(KeyboardInterrupt), stop.heeding():
        try:
            import hit_while_imported  # type: ignore[import-not-found]  # noqa: F401

            hit()
            time.sleep(5)
        finally:
            time.sleep(4 * stop.AGAIN)
            cleaned = True
    assert cleaned


def test_one_that_comes_while_a_shader_is_made_does_not_crash():
    done = subprocess.run(
        [sys.executable, "-c", SHADER],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(),
        preexec_fn=heed,
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_one_that_somebody_swallowed_is_raised_at_the_next_look():
    with pytest.raises(stop.Terminated), stop.heeding():
        try:
            hit(signal.SIGTERM)
            time.sleep(5)
        except BaseException:
            pass
        stop.check()
    stop.check()


def test_a_second_one_much_later_is_heard(monkeypatch):
    monkeypatch.setattr(stop, "DEAF", 0.05)
    with pytest.raises(KeyboardInterrupt), stop.heeding():
        try:
            hit()
            time.sleep(5)
        except KeyboardInterrupt:
            time.sleep(0.1)
            hit()
            time.sleep(5)


def test_what_is_ignored_from_birth_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with stop.heeding():
        hit()
        assert stop.asked() is None


# --- whole commands


def heed() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def started(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    (folder / "film.yaml").write_text(SMALL)
    return subprocess.Popen(
        [sys.executable, str(ROOT / "render.py"), str(folder / "film.yaml"), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed,
        start_new_session=True,
        env=environment(XDG_CACHE_HOME=str(folder / "cache")),
    )


def group(number: int) -> list[str]:
    """Command lines of the processes of a group that still run."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, leader = each.read_text().rsplit(")", 1)[1].split()[:3]
            if int(leader) == number and state != "Z":
                found.append(each.with_name("cmdline").read_text())
        except OSError:  # it has ended meanwhile
            pass
    return found


@LINUX
@pytest.mark.parametrize(("number", "jobs", "all_of_them"), [(signal.SIGINT, 2, True), (signal.SIGTERM, 2, False)])
def test_a_film_hit_three_times(number, jobs, all_of_them, tmp_path):
    out = tmp_path / "out"
    process = started(tmp_path, "-o", out / "film.mp4", "-j", jobs, "--set", "video.seconds=60")
    until = time.monotonic() + 60
    while not list(tmp_path.glob("cache/*/*/0*.part*")):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    for pause in (0.1, 0.02, 0.1):
        try:
            (os.killpg if all_of_them else os.kill)(process.pid, number)
        except ProcessLookupError:
            break
        time.sleep(pause)
    told, said = process.communicate(timeout=20)
    assert (process.returncode, told) == (CODES[number], "")
    assert said == ("interrupted\n" if number == signal.SIGINT else "")
    assert group(process.pid) == [] and not out.exists()
    assert not list(tmp_path.glob("cache/*/*/*.part*"))


def loaded(process: subprocess.Popen[str], library: str) -> None:
    """Wait until the process has a library of that name."""
    until = time.monotonic() + 60
    while library not in Path("/proc", str(process.pid), "maps").read_text():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.005)


@LINUX
@pytest.mark.parametrize(
    ("library", "moment", "arguments"),
    [
        ("multiarray", 0.0, ["--check"]),
        ("multiarray", 0.5, ["--check"]),
        ("mgl.", 0.0, ["-o", "film.png"]),
    ],
)
def test_while_it_starts_and_simulates(library, moment, arguments, tmp_path):
    more = ["--set", "steps=1000000"] if "--check" in arguments else []
    process = started(tmp_path, *(tmp_path / word if "film." in word else word for word in arguments), *more)
    loaded(process, library)
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    told, said = process.communicate(timeout=20)
    assert (process.returncode, told, said) == (130, "", "interrupted\n")
    assert [each.name for each in tmp_path.iterdir() if each.name != "cache"] == ["film.yaml"]


def test_the_window_ends_when_one_was_swallowed_in_its_loop():
    from thalweg.live.session import Session

    session, turns = object.__new__(Session), []
    session.closing, session.window = False, SimpleNamespace(alive=lambda: len(turns) < 3)
    session.open = session.close = lambda: None

    def turn():
        turns.append("turn")
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)

    session.turn = turn
    with pytest.raises(KeyboardInterrupt), stop.heeding():
        session.run()
    assert turns == ["turn"]
