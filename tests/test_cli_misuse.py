"""Misuse of the command line: one line a problem, exit code 2, nothing made. Lines that end in ... are beginnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.cli import main as cli

FILES = {
    "own": "",
    "x.frame": "",
    "two": "",
    "sub/own": "",
    "bad": "steps: 0\n",
    "clear": "video: {transparent: true}\n",
}


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ((), ["CONFIG: is missing; give one, for example: thalweg boss_fight"]),
        (("--nonsense",), ["No such option..."]),
        (("own.yaml", "-o"), ["Option '-o' requires an argument."]),
        (("nowhere.yaml",), ["nowhere.yaml: no such file; ..."]),
        (("own.yaml", "-o", "a.avi"), ['--output a.avi: ".avi" is no kind of output; use .mp4, ...']),
        (("own.yaml", "-o", ""), ["--output : is not a path; give a file or a folder"]),
        (("own.yaml", "-o", "-"), ["--output -: is standard output, where paths are printed; give a file or a folder"]),
        (("own.yaml", "-o", "two.yaml"), ['--output two.yaml: ".yaml" is no kind of output; ...']),
        (("own.yaml", "two.yaml", "-o", "a.mp4"), ["--output a.mp4: is one file for 2 configs; ..."]),
        (("own.yaml", "sub/own.yaml"), ["sub/own.yaml: would write videos/own.mp4, as own.yaml does; ..."]),
        (("own.yaml", "-o", "own.yaml/a.csv"), ["own.yaml/a.csv: ..."]),
        (("own.yaml", "--fps", "abc"), ['--fps abc: "abc" is not a whole number; use a whole number from 1 to 240']),
        (("own.yaml", "--fps", "0"), ["--fps 0: 0 is out of range; use a whole number from 1 to 240"]),
        (("own.yaml", "--resolution", "641x360"), ["--resolution 641x360: 641x360 is odd; use 642x360"]),
        (("own.yaml", "--resolution", "99999x99998"), ["--resolution 99999x99998: 99999x99998 is out of range; ..."]),
        (
            ("own.yaml", "--resolution", "big"),
            ['--resolution big: "big" is not a size in pixels; write it like 1280x720'],
        ),
        (("own.yaml", "-q", "hihg"), ['--quality hihg: "hihg" is unknown; did you mean high?']),
        (("own.yaml", "--at", "3"), ["--at 3: is for .png or .frame.json only; add -o NAME.png, or --format png"]),
        (("own.yaml", "-o", "a.png", "--at", "soon"), ["--at soon: is not a moment of the film; ..."]),
        (("own.yaml", "-o", "a.png", "--at", "nan"), ["--at nan: is not a moment of the film; ..."]),
        (("own.yaml", "-o", "a.png", "--at=-1"), ["--at -1: is not a moment of the film; ..."]),
        (("own.yaml", "-o", "a.csv", "--at", "last"), ["--at last: is for .png or .frame.json only; ..."]),
        (("own.yaml", "two.yaml", "--format", "csv", "--at", "step:1"), ["--at step:1: is for .png or ..."]),
        (("own.yaml", "-o", "a.png", "--at", "1,,2"), ['--at 1,,2: "": is not a moment of the film; give ...']),
        (
            ("own.yaml", "-o", "a.png", "--at", "1,nan,soon"),
            ['--at 1,nan,soon: "nan": is not...', '--at 1,nan,soon: "soon": is not...'],
        ),
        (("own.yaml", "-o", "a.png", "--at", "step:-1"), ["--at step:-1: is not a moment of the film; ..."]),
        (("own.yaml", "-o", "a.png", "--at", "step:1.5"), ["--at step:1.5: is not a moment of the film; ..."]),
        (("own.yaml", "-o", "a.png", "--at", "1e309"), ["--at 1e309: is not a moment of the film; ..."]),
        (
            ("own.yaml", "-o", "a.png", "--at", "cue:end"),
            ["--at cue:end: asks for a cue, and films have none yet; ..."],
        ),
        (
            ("own.yaml", "two.yaml", "--format", "png", "--at", "0,step:301", "--set", "steps=7"),
            [
                "--at step:301: own has 7 steps; choose from step:0 to step:7",
                "--at step:301: two has 7 steps; choose from step:0 to step:7",
            ],
        ),
        (("own.yaml", "--format", "avi"), ["--format avi: is no kind of output; use mp4, ..."]),
        (("own.yaml", "--format", "cvs"), ["--format cvs: is no kind of output; did you mean csv?"]),
        (("own.yaml", "--format", ""), ["--format : is no kind of output; use mp4, ..."]),
        (
            ("own.yaml", "-o", "x.mp4", "--format", "csv"),
            [
                "--output x.mp4: makes a .mp4, --format csv a .csv; "
                "give -o NAME.csv, or a folder, or leave one of the two out"
            ],
        ),
        (("own.yaml", "-o", "x.frame.json", "--format", "json"), ["--output x.frame.json: makes a .frame.json, ..."]),
        (("own.yaml", "-o", ".csv"), ["--output .csv: names no file; give NAME.csv, or a folder with --format csv"]),
        (("own.yaml", "-o", "sub/.Frame.json"), ["--output sub/.Frame.json: names no file; give NAME.frame.json, ..."]),
        (
            ("own.yaml", "two.yaml", "-o", "a.csv"),
            ["--output a.csv: is one file for 2 configs; give a folder with --format csv, or one config"],
        ),
        (("own.yaml", "-p", "--format", "csv"), ["--format: does not go with --preview; leave it out"]),
        (("own.yaml", "own_1.yaml", "--format", "png", "--at", "1,2"), ["own_1.yaml: no such file; ..."]),
        (
            ("own.yaml", "x.frame.yaml", "--format", "json"),
            ["x.frame.yaml: would become videos/x.frame.json, whose name is that of a .frame.json; ..."],
        ),
        (("own.yaml", "--transparent"), ["--transparent: .mp4 has no transparency; use -o NAME.webm, ..."]),
        (("own.yaml", "--transparent", "-o", "a.gif"), ["--transparent: .gif has no transparency; ..."]),
        (("clear.yaml",), ["clear.yaml:3: video.transparent: .mp4 has no transparency; ..."]),
        (("own.yaml", "--set", "stepz=3"), ["--set stepz=3: unknown key; did you mean steps?"]),
        (("own.yaml", "two.yaml", "--set", "steps=x"), ['--set steps=x: "x" is not a whole number; ...']),
        (
            ("own.yaml", "bad.yaml", "two.yaml", "--fps", "0", "--at", "1"),
            ["--fps 0: 0 is out of range; ...", "bad.yaml:3: steps: 0 is out of range; ...", "--at 1: is for .png..."],
        ),
        (
            ("own.yaml", "--preview", "-o", "a.mp4"),
            ["--output: does not go with --preview; in the window r renders ..."],
        ),
        (("own.yaml", "-p", "--at", "3"), ["--at: does not go with --preview; drag the window's time bar"]),
        (
            ("own.yaml", "-p", "-j", "2", "--transparent"),
            [
                "--jobs: does not go with --preview; leave it out",
                "--transparent: does not go with --preview; leave it out",
            ],
        ),
        (("own.yaml", "two.yaml", "-p"), ["--preview: shows one config, not 2; give one"]),
        (("bad.yaml", "-p"), ["bad.yaml:3: steps: 0 is out of range; ..."]),
        (("own.yaml", "-j", "65"), ["--jobs 65: is not a number of processes; use 1 to 64, or 0 for as many as help"]),
        (("own.yaml", "--jobs", "many"), ["--jobs many: is not a number of processes; use 1 to 64, ..."]),
        (
            ("own.yaml", "--jobs=-1", "--fps", "0"),
            ["--fps 0: 0 is out of range; ...", "--jobs -1: is not a number of ..."],
        ),
        (("own.yaml", "--resume", "-o", "a.csv"), ["--resume: is for films only; leave it out"]),
        (("own.yaml", "--plugin", "mine.py"), ["--plugin mine.py: is code that runs with your rights; read it..."]),
        (("own.yaml", "--plugin", "mine.py", "--trust"), ["--plugin mine.py: cannot be read: No such file or..."]),
        (("--list", "optimizer"), ["--list optimizer: there is no such list; did you mean optimizers?"]),
    ],
)
def test_misuse(
    arguments: tuple[str, ...],
    lines: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "sub").mkdir()
    for name, more in FILES.items():
        (tmp_path / f"{name}.yaml").write_text("surface: bowl\noptimizers: [sgd]\n" + more)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert [
        line
        for line, words in zip(err.splitlines(), lines, strict=True)
        if not (line.startswith(words[:-3]) if words.endswith("...") else line == words)
    ] == []
    assert sorted(tmp_path.rglob("*")) == before
