"""What is mistyped: the message names the slip, and its cure, followed to the letter, gives what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import loading
import pytest

from thalweg.experiment.experiment import Experiment
from thalweg.film.shot import Shot
from thalweg.spec import ConfigErrors, load

CONFIG = """\
title: A race
surface: {name: bowl, domain: {x: [-2.5, 2.5], y: [-3, 3]}}
start: [-1.5, 2.25]
steps: 300
optimizers:
  - sgd: {lr: 0.05}
  - adam:
      lr: 0.001
      betas: [0.75, 0.999]
      color: "#FF8800"
noise: {std: 0.1}
camera: {theta: -35, phi: 60}
"""
SLIPS: dict[str, tuple[str, str, str]] = {   # pattern, what stands in its place, words of the message
    "no blank behind the colon": (r": (?=\S)", ":", "no blank behind the colon"),
    "tab behind the colon": (r": (?=\S)", ":\t", "tab"),
    "equals sign": (r": (?=\S)", " = ", "= where"),
    "no colon": (r"^(steps|title|start): ", r"\1 ", "no colon"),
    "full-width colon": (r": (?=\S)", "： ", "full-width colon ： (U+FF1A)"),
    "no-break indent": (r"^ +", lambda found: "\u00a0" * len(found[0]), "no-break space (U+00A0)"),
    "no-break blank": (r": (?=\S)", ":\u00a0", "no-break space"),
    "ideographic blank": (r": (?=\S)", ":\u3000", "ideographic space"),
    "thin blank": (r": (?=\S)", ":\u2009", "U+2009"),
    "zero-width": (r"(?<=\d)$", "\u200b", "zero-width space (U+200B)"),
    "minus sign": (r"-(?=\d)", "−", "minus sign − (U+2212)"),
    "en dash": (r"^  - ", "  – ", "en dash – (U+2013)"),
    "bullet": (r"^  - ", "  • ", "U+2022"),
    "no blank behind the dash": (r"^  - ", "  -", "no blank behind the dash"),
    "star": (r"^  - ", "  * ", "where YAML has a dash"),
    "decimal comma": (r"(?<=\d)\.(?=\d)", ",", "decimal comma, where YAML takes a decimal point"),
    "trailing comma": (r"(?<=[\d\]}])$", ",", "ends in a sign"),
    "trailing semicolon": (r"(?<=[\d\]}])$", ";", "ends in a sign"),
    "curly quotes": (r'"([^"]*)"', "“\\1”", "curly quote “ (U+201C)"),
    "quote not closed": (r'"$', "", "quote that is not closed"),
    "bracket not closed": (r"[\]}]$", "", "bracket that is not closed"),
    "round brackets": (r"\[([-\d., ]*)\]", r"(\1)", "( ) where"),
    "no brackets": (r": \[([-\d., ]*)\]$", r": \1", "without [ ]"),
    "no comma": (r"(?<=\d), (?=-?\d)", " ", "no comma between"),
    "f": (r"(\d\.\d+)", r"\1f", "letter behind the number"),
    "percent": (r"\b0\.05\b", "5%", "percent"),
    "power of ten": (r"\b0\.001\b", "10^-3", "power of ten"),
    "fraction": (r"\b0\.75\b", "3/4", "fraction"),
    "underscore": (r"\b300\b", "3_00", "_ inside a number"),
    "comment": (r"(?<=\d)$", "#c", "comment"),
    "slashes": (r"(?<=[\d\]}])$", " // c", "//"),
    "arrow": (r": (?=\S)", " -> ", "-> where"),
    "tabs": (r"^ +", "\t", "tab"),
    "indent": (r"^(?=camera|steps|noise)", " ", "not indented right"),
}  # fmt: skip
LINES = [*enumerate(CONFIG.splitlines())]
WHERE = {
    name: [number for number, line in LINES if re.sub(pattern, new, line, count=1) != line]
    for name, (pattern, new, _) in SLIPS.items()
}
CASES = [
    (name, number) for name, lines in WHERE.items() for number in sorted({lines[0], lines[len(lines) // 2], lines[-1]})
]


def shot(text: str, path: Path) -> Shot:
    path.write_text(text, encoding="utf-8")
    return loading.shot(path)


def experiment(made: Shot) -> Experiment:
    assert made.experiment is not None
    return made.experiment


def followed(line: str, cure: str) -> str:
    """The line as the cure says it should be, at its own indent where it does not say which."""
    put = re.fullmatch(r"put (\d+|no) blanks? before (.*)", cure)
    if put:
        return " " * int(put[1].replace("no", "0")) + put[2]
    indent = re.match(r"\s*", line)
    assert indent is not None and cure.startswith("write ")
    return " " * len(indent[0]) + cure.removeprefix("write ")


@pytest.mark.parametrize(("name", "number"), CASES, ids=[f"{name} {number + 1}" for name, number in CASES])
def test_a_slip_is_named_and_its_cure_works(name: str, number: int, tmp_path: Path) -> None:
    pattern, new, words = SLIPS[name]
    lines, path = CONFIG.splitlines(), tmp_path / "film.yaml"
    lines[number] = re.sub(pattern, new, lines[number], count=0 if name == "decimal comma" else 1)
    try:
        made = shot("\n".join(lines), path)
    except ConfigErrors as errors:
        told = next(each for each in errors.problems if words in each.what)
        assert told.line == number + 1
        lines[number] = followed(lines[number], told.cure)
        made = shot("\n".join(lines), path)
    else:
        assert name in ("trailing comma", "trailing semicolon", "slashes", "tab behind the colon") or lines[
            number
        ].startswith("title"), "what loads is text"
        return
    meant = shot(CONFIG, path)
    assert (made.title, made.camera) == (meant.title, meant.camera)
    ours, theirs = experiment(made), experiment(meant)
    assert (ours.steps, ours.noise) == (theirs.steps, theirs.noise)
    assert [each.optimizer for each in ours.entries] == [each.optimizer for each in theirs.entries]
    assert [each.starts.tolist() for each in ours.entries] == [each.starts.tolist() for each in theirs.entries]


BASE = "surface: bowl\noptimizers:\n"


@pytest.mark.parametrize(
    ("entry", "words", "names"),
    [
        ("- {sgd: {lr: 0.1}, adam: {lr: 0.1}}", "one optimizer", ["sgd", "adam"]),
        ("- sgd:\n    lr: 0.1\n  adam:\n    lr: 0.2\n  lion:", "one optimizer", ["sgd", "adam", "lion"]),
        ("- {sgd: {lr: 0.2}, label: 'A: b'}", "not one optimizer", ["sgd"]),
        ("- {name: adam, lr: 0.1, betas: [0.8, 0.9]}", "not one optimizer", ["adam"]),
        ("- sgd:\n  lr: 0.1", "indent lr further, below sgd", ["sgd"]),
    ],
)
def test_an_entry_of_several_keys_is_told_as_it_would_be_right(
    entry: str, words: str, names: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "film.yaml"
    with pytest.raises(ConfigErrors) as caught:
        shot(BASE + entry, path)
    (problem,) = caught.value.problems
    assert problem.line == 3 and words in str(problem)
    cure = problem.cure.rpartition("write ")[2].removesuffix(", each on a line of its own").replace(" and - ", "\n- ")
    assert [each.name for each in experiment(shot(BASE + cure, path)).entries] == names


@pytest.mark.parametrize(
    ("key", "cure"),
    [
        ("learningRate: 0.1", "did you mean lr?"),
        ("Learning-Rate: 0.1", "did you mean lr?"),
        ("LR: 0.1", "did you mean lr?"),
        ("weightDecay: 0.1", "did you mean weight_decay?"),
        ("beta1: 0.9", "write both as betas: [0.9, 0.999]"),
        ("Betas: [0.9, 0.99]", "did you mean betas?"),
        ("epsilon: 1e-8", "did you mean eps?"),
    ],
)
def test_names_of_others_are_understood(key: str, cure: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors) as caught:
        shot(BASE + f"- adam: {{{key}}}", tmp_path / "film.yaml")
    assert [each.cure for each in caught.value.problems] == [cure]


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("Adam", "adam"),
        ("AdamW", "adamw"),
        ("RMSProp", "rmsprop"),
        ("GD", "sgd"),
        ("gradient descent", "sgd"),
        ("Nesterov", "nag"),
    ],
)
def test_optimizers_by_other_names(name: str, cure: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match=f"did you mean {cure}\\?"):
        shot(BASE + f"- {name}", tmp_path / "film.yaml")


OPTIONS: dict[str, tuple[str, Callable[[Shot], object], object]] = {
    "title=A: b": ("", lambda made: made.title, "A: b"), "title=#abc": ("", lambda made: made.title, "#abc"),
    "title=[x": ("", lambda made: made.title, "[x"), "title=50%: yes": ("", lambda made: made.title, "50%: yes"),
    "title=a # b": ("", lambda made: made.title, "a # b"), "title=2024": ("", lambda made: made.title, "2024"),
    "title=null": ("", lambda made: made.title, None), 'title="A: b"': ("", lambda made: made.title, "A: b"),
    "title='it''s'": ("", lambda made: made.title, "it's"),
    'title="a" or "b"': ("", lambda made: made.title, '"a" or "b"'),
    "caption=*": ("", lambda made: made.caption, "*"), "caption=- a": ("", lambda made: made.caption, "- a"),
    "optimizers.sgd.label={x}: y": ("", lambda made: experiment(made).entries[0].label, "{x}: y"),
    "steps=1,000": ("steps=1000", lambda made: experiment(made).steps, 1000),
    "optimizers.sgd.lr=0,05": ("optimizers.sgd.lr=0.05", lambda made: experiment(made).entries[0].optimizer.lr, 0.05),
    "optimizers.sgd.lr=1e−3": ("optimizers.sgd.lr=1e-3", lambda made: experiment(made).entries[0].optimizer.lr, 1e-3),
    "camera.theta=−35": ("camera.theta=-35", lambda made: made.camera.theta, -35),
    "start=(-1, 2)": ("start=[-1, 2]", lambda made: experiment(made).entries[0].starts[0, 1], 2),
    "start=-1, 2": ("start=[-1, 2]", lambda made: experiment(made).entries[0].starts[0, 0], -1),
    "optimizers.0={adam: {lr:0.3}}": (
        "optimizers.0={adam: {lr: 0.3}}", lambda made: experiment(made).entries[0].optimizer.lr, 0.3),
}  # fmt: skip


@pytest.mark.parametrize("option", OPTIONS)
def test_options_are_read_or_told_as_they_would_be_right(option: str, tmp_path: Path) -> None:
    cure, value, wanted = OPTIONS[option]
    path = tmp_path / "film.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    if cure:
        with pytest.raises(ConfigErrors) as caught:
            load(path, [option])
        (problem,) = caught.value.problems
        assert problem.cure == f"write {cure}" and str(problem).startswith(f"--set {option}: ")
    assert value(loading.shot(path, [cure or option])) == wanted


def test_every_line_with_odd_blanks_is_told_at_once(tmp_path: Path) -> None:
    text = CONFIG.replace(" ", "\u00a0")
    with pytest.raises(ConfigErrors, match="no-break space \\(U\\+00A0\\), as other lines do; write plain signs"):
        shot(text, tmp_path / "film.yaml")


def test_what_is_right_stays_as_it_is_and_what_is_not_understood_keeps_its_words(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    assert shot("title: “A” – b\u00a0c − d e\n" + BASE + "- sgd", path).title == "“A” – b c − d e"
    with pytest.raises(ConfigErrors, match="-1 is out of range; use a number >= 0"):
        shot(BASE + "- sgd: {lr: -1}", path)
    with pytest.raises(ConfigErrors, match='"fast" is not a number; use a number >= 0'):
        shot(BASE + "- sgd: {lr: fast}", path)
