"""Films of several shots: which frame of which shot is shown when, and how one becomes the next, by the definition."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.jobs_help import Notes, noted
from tests.loading import shot
from tests.scenes_help import staged
from thalweg.film.clock import OutsideFilm
from thalweg.film.moments import Moment
from thalweg.film.shot import Film
from thalweg.film.timeline import Timeline, Transition
from thalweg.stage.reel import Reel
from thalweg.stage.render import render_film
from thalweg.stage.told import told

SIZE, FPS, SECONDS = (128, 72), 10, 2
FRAMES = FPS * SECONDS  # of each shot
TEXT = """\
title: {title}
surface: {surface}
start: [-1.2, 1.1]
steps: 12
optimizers: [sgd, adam]
style: {{theme: {theme}, legend: false, axes: false}}
video: {{resolution: 128x72, fps: 10, seconds: 2}}
"""


# --- the timeline


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=4), st.sampled_from([1, 24, 25, 30, 59, 60, 23.976, 7]))
def test_every_frame_belongs_to_one_shot_and_borders_are_at_the_nearest_frame(milliseconds, fps) -> None:
    seconds = [(1000 + each) / 1000 for each in milliseconds]
    line = Timeline(seconds, fps)
    shown = [line.at(index) for index in range(line.frames)]
    assert all(len(parts) == 1 and parts[0].share == 1 for parts in shown)
    lengths = [sum(parts[0].shot == each for parts in shown) for each in range(len(seconds))]
    assert [(part.shot, part.frame) for (part,) in shown] == [
        (each, frame) for each, length in enumerate(lengths) for frame in range(length)
    ]
    whole = Fraction(0)
    for border, length in zip(np.cumsum(lengths), milliseconds, strict=True):
        whole += Fraction(1000 + length, 1000) * Fraction(str(fps))
        assert abs(border - whole) <= (Fraction(1, 2) if border < line.frames else 1)


def by_definition(kind: str, d: Fraction, lengths: list[int], fps: int, index: int) -> dict[tuple[int, int], Fraction]:
    """(shot, frame) -> share. A transition runs evenly from d/2 before a border to d/2 after it; before the border the
    next shot's first frame stands still, after it the other's last.
    """
    starts = [sum(lengths[:k]) for k in range(len(lengths) + 1)]
    here = max(k for k in range(len(lengths)) if starts[k] <= index)
    own = (here, index - starts[here])
    for border in range(1, len(lengths)):
        way = Fraction(1, 2) + Fraction(index - starts[border], fps) / d  # 0 as it begins, 1 as it ends
        if 0 < way < 1 and here in (border - 1, border):
            if kind == "fade":
                return {own: abs(2 * way - 1)} if way != Fraction(1, 2) else {}
            other = (border, 0) if here < border else (border - 1, lengths[border - 1] - 1)
            return {own: way if here == border else 1 - way, other: 1 - way if here == border else way}
    return {own: Fraction(1)}


@pytest.mark.parametrize("kind", ["crossfade", "fade"])
@pytest.mark.parametrize("d", ["1/2", "1", "2", "7/10", "1/30"])
@pytest.mark.parametrize("fps", [7, 24, 30])
def test_shares_are_those_of_the_definition(kind: str, d: str, fps: int) -> None:
    seconds = [3, 2, 4]
    line = Timeline(seconds, fps, [Transition(kind, float(Fraction(d)))] * 2)
    mixed = 0
    for index in range(line.frames):
        parts = line.at(index)
        wanted = by_definition(kind, Fraction(d), [each * fps for each in seconds], fps, index)
        assert {(part.shot, part.frame): part.share for part in parts} == pytest.approx(
            {each: float(share) for each, share in wanted.items()}, abs=1e-9
        )
        assert len(parts) == len(wanted) and all(part.share > 0 for part in parts)
        assert kind == "fade" or sum(part.share for part in parts) == pytest.approx(1)
        mixed += [part.share for part in parts] != [1]
    assert mixed == sum(abs(Fraction(k, fps)) < Fraction(d) / 2 for k in range(-99, 99)) * 2


def test_each_border_has_its_own_transition() -> None:
    line = Timeline([2, 2, 2], 10, [Transition("cut"), Transition("fade", 1.0)])
    assert [len(line.at(index)) for index in (19, 20, 39, 40, 41)] == [1, 1, 1, 0, 1]
    assert [line.at(index)[0].share for index in (19, 20, 35, 36, 41)] == pytest.approx([1, 1, 1, 0.8, 0.2])
    with pytest.raises(ValueError, match="1 transitions between 3 shots"):
        Timeline([2, 2, 2], 10, [Transition()])


# --- pictures


@pytest.fixture(scope="module")
def shots(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("films"), []
    for title, surface, theme in (("One", "bowl", "dark"), ("Two", "himmelblau", "light")):
        path = folder / f"{title}.yaml"
        path.write_text(TEXT.format(title=title, surface=surface, theme=theme))
        made.append(shot(path))
    return tuple(made)


@pytest.fixture(scope="module")
def own(shots) -> list[np.ndarray]:
    """Of each shot, staged alone, its frames (20, 72, 128, 4)."""
    frames = []
    for each in shots:
        scene = staged(each)
        drawn = []
        for index in range(FRAMES):
            scene.draw_frame(index)
            drawn.append(scene.camera.read_rgba(np.empty((*SIZE[::-1], 4), "u1")))
        frames.append(np.stack(drawn))
        scene.release()
    assert np.abs(frames[0][-1].astype(int) - frames[1][0]).mean() > 30
    return frames


def filmed(shots, kind: str) -> Film:
    return Film(shots=shots, transitions=(Transition(kind, 0.0 if kind == "cut" else 1.0),))


KINDS = ("cut", "crossfade", "fade")


@pytest.mark.parametrize("kind", KINDS)
def test_each_frame_is_its_shots_own_and_in_a_transition_the_mix(kind: str, shots, own) -> None:
    reel = Reel(filmed(shots, kind), filmed(shots, kind).roll())
    drawn = [reel.draw(index, np.empty((*SIZE[::-1], 4), "u1")) for index in range(reel.frames)]
    reel.release()
    assert len(drawn) == 2 * FRAMES
    for index, frame in enumerate(drawn):
        wanted = (
            {divmod(index, FRAMES): Fraction(1)}
            if kind == "cut"
            else by_definition(kind, Fraction(1), [FRAMES, FRAMES], FPS, index)
        )
        mix = sum(
            (own[one][at].astype(float) * float(share) for (one, at), share in wanted.items()),
            np.zeros((*SIZE[::-1], 4)),
        )
        if list(wanted.values()) == [1]:
            assert np.array_equal(frame, mix)
        else:
            assert np.abs(frame[..., :3] - mix[..., :3]).max() <= 0.501 and (frame[..., 3] == 255).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_film_of_two_is_the_same_by_one_process_and_by_two(kind: str, shots, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("thalweg.stage.chunks.LENGTH", 5)
    film = filmed(shots, kind)
    for jobs in (1, 2):
        render_film(film, film.roll(), tmp_path / f"{jobs}.mp4", jobs=jobs, on_frame=Notes(tmp_path / f"{jobs}.txt"))
    (one, _), (two, _) = (noted(tmp_path / f"{jobs}.txt") for jobs in (1, 2))
    assert one == two and sorted(one) == list(range(2 * FRAMES))
    assert len(set(one.values())) > FRAMES
    assert (tmp_path / "1.mp4").stat().st_size > 1000


def test_a_mixed_frame_tells_the_texts_of_both_as_strong_as_they_are(shots) -> None:
    film, alone = filmed(shots, "crossfade"), []
    for each, index in zip(shots, (FRAMES - 2, 0), strict=True):
        scene = staged(each)
        alone.append(told(scene, index)["texts"])
        scene.release()
    reel = Reel(film, film.roll())
    frame = reel.told(FRAMES - 2)  # 0.2 s before the border: three tenths of the next one
    with pytest.raises(OutsideFilm, match="give seconds"):
        reel.frames_of([Moment("step:3", step=3)])
    reel.release()
    assert (frame["frame"], frame["seconds"], frame["size"]) == (FRAMES - 2, 1.8, list(SIZE))
    wanted = sorted(
        (text["text"], text["strength"] * share)
        for texts, share in zip(alone, (0.7, 0.3), strict=True)
        for text in texts
    )
    found = sorted((text["text"], text["strength"]) for text in frame["texts"])
    assert [text for text, _ in found] == [text for text, _ in wanted] and {"One", "Two"} <= {text for text, _ in found}
    assert [strength for _, strength in found] == pytest.approx([strength for _, strength in wanted])


def test_shots_of_different_sizes_are_no_film(shots) -> None:
    first, other = shots[:2]
    with pytest.raises(ValueError, match="one size"):
        Film((first, replace(other, video=replace(other.video, width=other.video.width + 2))))
