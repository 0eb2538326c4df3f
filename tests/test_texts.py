"""Texts from a stranger: how long, how wide and of which characters titles, captions and labels may be."""

from __future__ import annotations

import json
import logging
import resource
from pathlib import Path

import loading
import pytest

from thalweg.spec import ConfigErrors, load
from thalweg.spec.labels import Named, labels
from thalweg.typeset.text import LONGEST, problem_in_text

PLACES = ("title", "caption", "label")


def problem(place: str, text: str, tmp_path: Path, option: bool = False, **more: object) -> str:
    """What is told of a text in the second line of a file, or of --set; '' where it can be shown."""
    entry = {"sgd": {"label": text} if place == "label" and not option else {}}
    config = {"surface": "bowl", "optimizers": [entry], **more}
    if place != "label" and not option:
        config[place] = text
    path = tmp_path / "film.yaml"
    path.write_text(f"# the file\n{json.dumps(config)}", encoding="utf-8")
    key = "optimizers.0.label" if place == "label" else place
    try:
        load(path, [f"{key}={text}"] if option else [])
    except ConfigErrors as errors:
        (told,) = errors.problems
        assert (told.line == 2) != option and told.cure
        return f"{told.what}; {told.cure}"
    return ""


TOO_MUCH = {   # text: words
    "a" * 900_000: "has 900,000 characters; use at most ", "$" + "x" * 100_000 + "$": "has 100,002 characters",
    "a " * 4000: "characters; use at most",
    r"$x\hspace{1000000}y$": "1,000,004 letters wide; make it at most 60", r"$x\hspace{-1000000}y$": "letters wide",
    r"$x\hspace{1000000}\hspace{-1000000}y$": "", r"$\hspace{500000}x\hspace{-600000}y$": "letters wide",
    "$" + r"\dfrac{1}{" * 14 + "x" + "}" * 14 + "$": "lines high; make it at most 12",
    "$" + "{" * 90 + "x" + "}" * 90 + "$": "too deeply",
    "W" * 190: "px", "a\x07b": "U+0007, which cannot be drawn; leave it out", "a\ud800b": "U+D800",
    "$\U0001F642$": "no character '\U0001F642' (U+1F642)", "$x + 字$": "(U+5B57)", "$א$": "(U+05D0)",
    "\U0010FFFD": "(U+10FFFD)", "$\U0010FFFD$": "cannot be set",
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", TOO_MUCH, ids=lambda text: ascii(text[:12]))
def test_what_cannot_be_shown_is_told_at_once_and_takes_no_memory(place: str, text: str, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = problem(place, text, tmp_path)
    if place == "title" and "px" in TOO_MUCH[text]:
        assert "too long for a picture of 1280x720" in told
    elif TOO_MUCH[text]:
        assert TOO_MUCH[text] in told
    assert len(told) < 300 and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # kB


@pytest.mark.parametrize("place", PLACES)
def test_texts_of_the_command_line_are_bounded_alike(place: str, tmp_path: Path) -> None:
    assert problem(place, "b" * 5000, tmp_path, option=True).startswith("has 5,000 characters; use at most")
    assert "letters wide" in problem(place, r"$x\hspace{1000000}y$", tmp_path, option=True)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "text",
    [
        "Adam",
        "é ü ñ",
        "Ж λ",
        "$\\frac{1}{2} x^2 \\leq é − ∞$",
        "e\u0301 $e\u0301$",
        "a|y| at 5 $",
        "$x$" + " $y$" * 12,
        "→ − ²",
    ],
)
def test_ordinary_texts_are_shown(place: str, text: str, tmp_path: Path) -> None:
    assert problem(place, text, tmp_path) == ""


def test_the_limits_are_those_that_are_told(tmp_path: Path) -> None:
    words = "ab cd efg " * 100
    for place, most in LONGEST.items():
        assert f"use at most {most}" in problem(place, words[: most + 1].strip() + "i", tmp_path)
        assert "characters" not in problem(place, words[:most].strip(), tmp_path)


def test_a_label_has_to_fit_the_picture_it_is_for(tmp_path: Path) -> None:
    label = "Stochastic gradient descent with restarts"
    assert problem("label", label, tmp_path) == ""
    told = problem("label", label, tmp_path, video={"resolution": "360x640"}, style={"text_scale": 1.5})
    assert "px wide, and 360x640 has room for" in told and told.endswith("or lower style.text_scale")
    longest = max(
        n
        for n in range(1, len(label))
        if not problem("label", label[:n].strip(), tmp_path, video={"resolution": "360x640"}, style={"text_scale": 1.5})
    )
    assert 5 < longest < len(label)


def test_labels_of_recordings_are_bounded_too(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    name = "a" * 500
    (tmp_path / "run.csv").write_text(f"label,step,x,y,loss\n{name},0,1,1,2\n{name},1,0,1,1\n", encoding="utf-8")
    path.write_text("surface: bowl\noptimizers:\n- recorded: {file: run.csv}\n", encoding="utf-8")
    with pytest.raises(ConfigErrors, match="film.yaml:3: .*has 500 characters; use at most 200"):
        load(path)


def test_nothing_is_said_on_other_channels(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert problem_in_text("$\u2fff$")
    assert not caplog.records


def test_characters_in_pairs_as_json_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "film.yaml"
    path.write_text('{"title": "\\ud835\\udc65", "surface": "bowl", "optimizers": ["sgd"]}', encoding="utf-8")
    try:
        assert loading.shot(path).title == "𝑥"
    except ConfigErrors as errors:
        assert "U+1D465" in str(errors)


def test_labels_of_very_many_entries_are_made_in_one_pass() -> None:
    looks = 0

    class Counted(dict):  # type: ignore[type-arg]
        def get(self, key: str, default: object = None) -> object:
            nonlocal looks
            looks += 1
            return super().get(key, default)

    alike = [Named("sgd", "SGD", Counted(lr=0.1)) for _ in range(9000)]
    made = labels(alike)
    assert made[0] == "SGD" and made[1] == "SGD (2)" and made[-1] == "SGD (9000)" and len(set(made)) == 9000
    assert looks <= 4 * 9000
    several = labels(
        [
            *alike[:2],
            Named("sgd", "SGD", {"lr": 0.2}),
            Named("adam", "Adam", {"lr": 0.1}),
            Named("sgd", "SGD", {"lr": 0.1}, label="SGD lr=0.1"),
        ]
    )
    assert several == ["SGD lr=0.1 (2)", "SGD lr=0.1 (3)", "SGD lr=0.2", "Adam", "SGD lr=0.1"]


def test_entries_that_are_the_same_are_rolled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from thalweg.engine import asked as _asked

    path, rolled = tmp_path / "film.yaml", []
    path.write_text(
        "surface: bowl\nsteps: 3\nnoise: {std: 0.1}\noptimizers: [sgd, sgd, sgd: {lr: 0.2}, "
        "sgd: {start: [1, 1]}, sgd: {schedule: cosine}, sgd: {clip: {norm: 1}}, adam, "
        "sgd: {label: A}]",
        encoding="utf-8",
    )
    original = _asked.counted_roll
    monkeypatch.setattr(_asked, "counted_roll", lambda *given, **more: rolled.append(given) or original(*given, **more))
    paths = loading.experiment(path).roll()
    assert len(rolled) == 6 and len(paths) == 8
    ends = [path.positions[0, -1].tolist() for path in paths]
    assert ends[0] == ends[1] == ends[7] and len({tuple(end) for end in ends}) == 6
