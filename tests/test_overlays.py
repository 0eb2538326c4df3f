"""Parts that are left out leave the rest where it was, and transparent pictures lie well over anything."""

from __future__ import annotations

import av
import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from tests.scenes_help import film, shot, staged
from thalweg.colors import THEMES, rgb, themes
from thalweg.spec import ConfigErrors
from thalweg.stage.pictures import frame_pixels
from thalweg.stage.render import render_film
from thalweg.stage.told import told

BEHIND = """\
surface: {expression: "6*exp(-2*x**2 - 2*y**2)", domain: {x: [-3, 3], y: [-3, 3]}}
start: [[0, 2.0], [0, -2.0]]
steps: 3
optimizers: [sgd: {lr: 1e-9}]
camera: {theta: 0, phi: 75, orbit: 0}
style: {ball_size: 0.5}
video: {resolution: 640x360, seconds: 4}
"""
SMALL = {"resolution": "640x360"}
PANELS = ("title", "legend", "counter", "caption", "axes", "ramp_key", "hole_losses")
BARE = [f"style.{panel}=false" for panel in PANELS]


def facts(source, index, *overrides, folder=None):
    scene = staged(shot(source, SMALL, overrides, folder))
    said = told(scene, index)
    scene.release()
    return said


@pytest.mark.parametrize("config", ["sharpness", "zigzag_map"])
@pytest.mark.parametrize("part", ["landscape", "axes", "balls"])
def test_a_part_that_is_left_out_leaves_the_rest_where_it_was(config, part):
    whole, less = facts(config, 200), facts(config, 200, f"style.{part}=false")
    assert less["camera"] == whole["camera"] and less["panels"] == whole["panels"]
    assert less["trails"] == whole["trails"] and less["dots"] == whole["dots"]
    numbers = "axes", ""  # along the edges of a landscape, and of a map
    words = [text for text in whole["texts"] if text["panel"] not in numbers]
    assert [text for text in less["texts"] if text["panel"] not in numbers] == words
    if part == "axes":
        assert len(less["texts"]) == len(words) < len(whole["texts"])
    if part == "balls":
        assert whole["balls"] and not less["balls"]
    else:
        assert [ball | {"visible": 1} for ball in less["balls"]] == [ball | {"visible": 1} for ball in whole["balls"]]


def test_a_landscape_that_is_not_there_hides_nothing(tmp_path):
    hidden, _ = facts(BEHIND, 60, folder=tmp_path)["balls"]
    seen, _ = facts(BEHIND, 60, "style.landscape=false", folder=tmp_path)["balls"]
    assert hidden["visible"] < 0.2 and seen["visible"] == 1
    scene = staged(shot(BEHIND, SMALL, ["style.landscape=false", "video.transparent=true", *BARE], tmp_path))
    drawn = frame_pixels(scene, 60)[..., 3] > 128
    places = [[int(value) for value in ball["drawn"]] for ball in told(scene, 60)["balls"]]
    assert all(drawn[y, x] for x, y in places) and drawn.mean() < 0.01, "balls, and no shadow or edge of the landscape"
    scene.release()


def test_balls_that_are_not_there_throw_no_shadow_and_cannot_be_held(tmp_path):
    scene = staged(shot(BEHIND, SMALL, ["style.balls=false"], tmp_path))
    scene.draw_frame(60)
    assert not len(scene.landscape.surface.feet) and scene.balls_at(2.0) == []
    scene.release()


@pytest.mark.parametrize("ground", ["#FFFFFF", "#000000", "#3A7D44"])
def test_over_a_colour_a_transparent_picture_is_the_one_drawn_on_it(ground):
    """Edges smoothed against nothing have no dark or light fringe: their colour is the part's own."""
    clear = staged(shot("sharpness", SMALL, ["video.transparent=true", *BARE]))
    there = staged(shot("sharpness", SMALL, [f"style.background='{ground}'", "style.halo=dark", *BARE]))
    picture, expected = (frame_pixels(scene, 200).astype(float) for scene in (clear, there))
    share = picture[..., 3:] / 255
    assert 0.005 < ((share > 0.05) & (share < 0.95)).mean()
    over = picture[..., :3] * share + 255 * rgb(ground) * (1 - share)
    bare = np.ones(over.shape[:2], bool)  # panels let less through, and their words are brighter
    for panel in told(clear, 200)["panels"]:
        left, top, right, bottom = (int(value) for value in panel["box"])
        bare[top - 1 : bottom + 2, left - 1 : right + 2] = False
    assert bare.mean() > 0.8 and np.abs(over - expected[..., :3])[bare].max() <= 3
    clear.release(), there.release()


def contrast(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """WCAG 2, of colours (..., 3) in 0 ... 255."""
    light = [np.where(c <= 10, c / 12.92 / 255, ((c / 255 + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
             for c in (one, other)]  # fmt: skip
    return (np.maximum(*light) + 0.05) / (np.minimum(*light) + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("behind", [255.0, 0.0])
def test_bare_words_of_a_transparent_picture_are_read_over_white_and_over_black(theme, behind):
    scene = staged(shot("sharpness", {"resolution": "1280x720"}, ["video.transparent=true", f"style.theme={theme}"]))
    picture = frame_pixels(scene, 200).astype(float)
    words = [text for text in told(scene, 200)["texts"] if text["panel"] in ("title", "counter", "key", "axes")]
    words = [text for text in words if text["strength"] == 1]
    scene.release()
    assert {text["panel"] for text in words} == {"title", "counter", "key", "axes"}
    ink = 255 * rgb(THEMES[theme].text)
    for text in words:
        left, top, right, bottom = (int(round(value)) for value in text["box"])
        part = picture[top - 3 : bottom + 3, left - 3 : right + 3]
        letters = (np.abs(part[..., :3] - ink).max(axis=-1) < 80) & (part[..., 3] > 200)
        around = binary_dilation(letters, iterations=2) & ~binary_dilation(letters, iterations=1)
        over = part[..., :3] * part[..., 3:] / 255 + behind * (1 - part[..., 3:] / 255)
        assert letters.any() and contrast(over[around].mean(axis=0), ink) > 3, text  # what WCAG 2 asks for large text


def test_the_halo_that_is_asked_for():
    style = shot("sharpness", SMALL, ["style.halo=light"]).style
    _, words, halo = themes(style, "#0B0E14", False)
    assert words.text == THEMES["light"].text and halo == THEMES["light"].background
    none = facts("sharpness", 200, "style.halo=none")
    assert none["texts"] == facts("sharpness", 200)["texts"], "words stand where they stood"
    with pytest.raises(ConfigErrors, match="style.halo"):
        shot("sharpness", SMALL, ["style.halo=red"])


PALE = """\
scene: SCENE
surface: {name: bowl_with_two_holes, domain: {x: [-2, 2.2], y: [-1.6, 2.6]}}
start: [-0.64, 1.8]
steps: 60
optimizers:
  - momentum: {lr: 0.02, momentum: 0.9, color: "#FFFFFF"}
  - adam: {lr: 0.05, color: "#FEB8F5"}
video: {resolution: 640x360, fps: 30, seconds: 4, transparent: true}
style: {landscape: false, title: false, legend: false, counter: false, caption: false, ramp_key: false}
"""


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("kind", ["race", "contour"])
def test_pale_trails_without_a_landscape_are_seen_over_white_and_over_black(kind, theme, tmp_path):
    scene = staged(shot(PALE.replace("SCENE", kind), {}, [f"style.theme={theme}"], tmp_path))
    picture, said = frame_pixels(scene, 100).astype(float), told(scene, 100)
    scene.release()
    share, balls = picture[..., 3:] / 255, [np.array(ball["drawn"]) for ball in said["balls"]]
    seen = {255.0: [], 0.0: []}
    for trail in said["trails"]:
        for place in np.reshape(trail["pixels"], (-1, 2)):
            if min(np.linalg.norm(place - ball) for ball in balls) > 20:  # for their size
                x, y = place.astype(int)
                for behind, found in seen.items():
                    near = np.s_[y - 3 : y + 4, x - 3 : x + 4]
                    over = (picture[..., :3] * share + behind * (1 - share))[near].reshape(-1, 3)
                    found.append(contrast(over, np.full(3, behind)).max())
    assert len(seen[0.0]) > 20
    for behind, found in seen.items():
        assert np.quantile(found, 0.1) > 2, behind


def test_a_rim_that_is_not_wanted_is_not_there(tmp_path):
    rims = [("style.halo=none", ""), ("style.halo=light", THEMES["light"].background), ("video.transparent=false", "")]
    for setting, expected in rims:
        scene = staged(shot(PALE.replace("SCENE", "race"), {}, [setting], tmp_path))
        assert scene.rolling.trails.rim == expected
        scene.release()


@pytest.mark.parametrize("kind", ["race", "contour"])
def test_without_landscape_axes_balls_and_ways_nothing_is_left(kind, tmp_path):
    less = [f"style.{part}=false" for part in ("axes", "balls", "trail", "iterates")]
    scene = staged(shot(PALE.replace("SCENE", kind), {}, less, tmp_path))
    assert frame_pixels(scene, 100)[..., 3].max() == 0
    said = told(scene, 100)
    assert not any(said.get(part) for part in ("balls", "trails", "dots", "texts"))
    scene.release()


@pytest.mark.parametrize("kind", ["race", "contour"])
def test_hands_find_the_landscape_that_is_not_drawn_and_no_ball(kind, tmp_path):
    filed = shot(PALE.replace("SCENE", kind), {}, ["style.balls=false"], tmp_path)
    whole = staged(shot(PALE.replace("SCENE", kind), {}, ["style.landscape=true"], tmp_path))
    scene = staged(filed)
    for each in (scene, whole):
        each.draw_frame(100)
    pixel = told(whole, 100)["balls"][0]["drawn"]
    assert np.array_equal(scene.point_at(*pixel), whole.point_at(*pixel))
    assert whole.ball_at(*pixel, 100 / 30) is not None and scene.ball_at(*pixel, 100 / 30) is None
    scene.hands.hide({0})
    assert {trail["label"] for trail in told(scene, 100)["trails"]} == {"Adam"}
    scene.hands.hide(set())
    moved = shot(PALE.replace("SCENE", kind), {}, ["style.balls=false", "start=[1.0, 1.8]"], tmp_path)
    for old, new in scene.hands.reroll(moved.roll()):
        scene.replace(old, new)
    for trail in told(scene, 100)["trails"]:
        assert np.allclose(scene.point_at(*trail["pixels"][0]), [1.0, 1.8], atol=0.03)
    scene.release(), whole.release()


@pytest.mark.parametrize("part", ["landscape", "balls"])
def test_a_transparent_film_has_what_its_pictures_have(part, tmp_path):
    made = film(PALE.replace("SCENE", "race"), {}, ["style.landscape=true", f"style.{part}=false"], tmp_path)
    render_film(made, made.roll(), tmp_path / "film.mov")
    scene = staged(made.shot)
    drawn = frame_pixels(scene, 100)[..., 3].astype(float)
    scene.release()
    with av.open(str(tmp_path / "film.mov")) as opened:
        alpha = [frame.to_ndarray(format="rgba")[..., 3] for frame in opened.decode(video=0)][100]
    assert 0 < drawn.mean() and np.abs(alpha - drawn).mean() < 1
