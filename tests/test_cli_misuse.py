"""Misuse of the command line: one line a problem, exit code 2, nothing made. Lines that end in ... are beginnings."""
from __future__ import annotations

from pathlib import Path

import pytest

import render

FILES = {"own": "", "two": "", "sub/own": "", "bad": "steps: 0\n", "clear": "video: {transparent: true}\n"}


@pytest.mark.parametrize(("arguments", "lines"), [
    ((), ["CONFIG: is missing; give one, for example: python render.py boss_fight"]),
    (("--nonsense",), ["No such option..."]),
    (("own.yaml", "-o"), ["Option '-o' requires an argument."]),
    (("nowhere.yaml",), ["nowhere.yaml: no such file; ..."]),
    (("own.yaml", "-o", "a.avi"), ['--output a.avi: ".avi" is no kind of output; use .mp4, ...']),
    (("own.yaml", "-o", ""), ["--output : is not a path; give a file or a folder"]),
    (("own.yaml", "two.yaml", "-o", "a.mp4"), ["--output a.mp4: is one file for 2 configs; ..."]),
    (("own.yaml", "sub/own.yaml"), ["sub/own.yaml: would write videos/own.mp4, as own.yaml does; ..."]),
    (("own.yaml", "-o", "own.yaml/a.csv"), ["own.yaml/a.csv: ..."]),
    (("own.yaml", "--fps", "abc"), ['--fps abc: "abc" is not a whole number; use a whole number from 1 to 240']),
    (("own.yaml", "--fps", "0"), ["--fps 0: 0 is out of range; use a whole number from 1 to 240"]),
    (("own.yaml", "--resolution", "641x360"), ["--resolution 641x360: 641x360 is odd; use 642x360"]),
    (("own.yaml", "--resolution", "big"), ['--resolution big: "big" is not a size in pixels; write it like 1280x720']),
    (("own.yaml", "-q", "hihg"), ['--quality hihg: "hihg" is unknown; did you mean high?']),
    (("own.yaml", "--at", "3"), ["--at 3: is for pictures only; add -o NAME.png"]),
    (("own.yaml", "-o", "a.png", "--at", "soon"), ["--at soon: is not a moment of the film; ..."]),
    (("own.yaml", "-o", "a.png", "--at", "nan"), ["--at nan: is not a moment of the film; ..."]),
    (("own.yaml", "-o", "a.png", "--at=-1"), ["--at -1: is not a moment of the film; ..."]),
    (("own.yaml", "--transparent"), ["--transparent: .mp4 has no transparency; use -o NAME.webm, ..."]),
    (("own.yaml", "--transparent", "-o", "a.gif"), ["--transparent: .gif has no transparency; ..."]),
    (("clear.yaml",), ["clear.yaml:3: video.transparent: .mp4 has no transparency; ..."]),
    (("own.yaml", "--set", "stepz=3"), ["--set stepz=3: unknown key; did you mean steps?"]),
    (("own.yaml", "two.yaml", "--set", "steps=x"), ['--set steps=x: "x" is not a whole number; ...']),
    (("own.yaml", "bad.yaml", "two.yaml", "--fps", "0", "--at", "1"),
     ["--fps 0: 0 is out of range; ...", "bad.yaml:3: steps: 0 is out of range; ...", "--at 1: is for pictures..."]),
    (("own.yaml", "--preview", "-o", "a.mp4"), ["--output: does not go with --preview; in the window r renders ..."]),
    (("own.yaml", "-p", "--at", "3"), ["--at: does not go with --preview; drag the window's time bar"]),
    (("own.yaml", "-p", "-j", "2", "--transparent"),
     ["--jobs: does not go with --preview; leave it out", "--transparent: does not go with --preview; leave it out"]),
    (("own.yaml", "two.yaml", "-p"), ["--preview: shows one config, not 2; give one"]),
    (("bad.yaml", "-p"), ["bad.yaml:3: steps: 0 is out of range; ..."]),
    (("own.yaml", "-j", "65"), ["--jobs 65: is not a number of processes; use 1 to 64, or 0 for as many as help"]),
    (("own.yaml", "--jobs", "many"), ["--jobs many: is not a number of processes; use 1 to 64, ..."]),
    (("own.yaml", "--jobs=-1", "--fps", "0"), ["--fps 0: 0 is out of range; ...", "--jobs -1: is not a number of ..."]),
    (("own.yaml", "--resume", "-o", "a.csv"), ["--resume: is for films only; leave it out"]),
    (("own.yaml", "--plugin", "mine.py"), ["--plugin mine.py: is code that runs with your rights; read it..."]),
    (("own.yaml", "--plugin", "mine.py", "--trust"), ["--plugin mine.py: cannot be read: No such file or..."]),
    (("--list", "optimizer"), ["--list optimizer: there is no such list; did you mean optimizers?"]),
])
def test_misuse(arguments: tuple[str, ...], lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sub").mkdir()
    for name, more in FILES.items():
        (tmp_path / f"{name}.yaml").write_text("surface: bowl\noptimizers: [sgd]\n" + more)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    code = render.main(arguments)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert [line for line, words in zip(err.splitlines(), lines, strict=True)
            if not (line.startswith(words[:-3]) if words.endswith("...") else line == words)] == []
    assert sorted(tmp_path.rglob("*")) == before
