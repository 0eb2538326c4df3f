"""Peers live in environments of their own, outside the repository, with the versions of peers.txt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks._measure import Failed, Film, frames_in, run

HERE = Path(__file__).resolve().parent
PINS = HERE / "peers.txt"


def place() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "thalweg" / "bench-peers"


def pins(peer: str) -> list[str]:
    """The lines of peers.txt for `peer`, as pip takes them."""
    lines = (line.split(None, 1) for line in PINS.read_text(encoding="utf-8").splitlines())
    return [parts[1] for parts in lines if len(parts) == 2 and parts[0] == peer]


def version(peer: str, package: str) -> str:
    return next(pin.split("==")[1] for pin in pins(peer) if pin.lower().startswith(f"{package.lower()}=="))


def ready(peer: str) -> Path:
    """The peer's Python, installed now if it is not there as pinned; raises Failed with one line where it cannot be."""
    folder, wanted = place() / peer, "\n".join(pins(peer)) + "\n"
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    print(f"installing {peer} into {folder}", file=sys.stderr, flush=True)
    try:
        run([sys.executable, "-m", "venv", folder])
        listed = folder / "pins.txt"
        listed.write_text(wanted, encoding="utf-8")
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", listed])
        if "imageio-ffmpeg" in wanted:
            _lend_ffmpeg(folder, python)
    except Failed as error:
        raise Failed(f"could not be installed ({error})") from error
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _lend_ffmpeg(folder: Path, python: Path) -> None:
    """An ffmpeg program for machines without one, in a folder that comes last in the peer's PATH."""
    found = run([python, "-c", "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"]).output.split()
    (folder / "lent").mkdir(exist_ok=True)
    (folder / "lent" / "ffmpeg").symlink_to(found[-1])


def environment(peer: str) -> dict[str, str]:
    return {"PATH": os.pathsep.join([os.environ.get("PATH", ""), str(place() / peer / "lent")])}


def ffmpeg(peer: str) -> str:
    """The first words of the ffmpeg program that the peer finds."""
    program = shutil.which("ffmpeg", path=environment(peer)["PATH"])
    if program is None:
        return "no ffmpeg program"
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stdout
    return " ".join(told.split()[:3]) or "an ffmpeg program"


def film(script: str, data: Path, seconds: float, fps: int, size: str, folder: Path, more: Sequence[str] = ()) -> Film:
    """One film drawn by the peer's script of that name."""
    python = ready(script)
    out = folder / f"{script}.mp4"
    command = [python, HERE / "peers" / f"{script}.py", "--data", data, "--seconds", f"{seconds:g}", "--fps", str(fps)]
    ran = run([*command, "--size", size, "--out", out, *more], environment(script))
    made = next((path for path in (out, out.with_suffix(".gif")) if path.exists()), None)
    if made is None:
        raise Failed("it ended well but left no film")
    frames = frames_in(made)
    made.unlink()
    return Film(frames, ran, made)
