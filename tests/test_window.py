"""The live window on a real (virtual) display, with real keys and clicks."""

from __future__ import annotations

import time

import numpy as np
import pytest
from window_help import FILM, SIZE, WHOLE, far, frame, scene_frame, scene_of, shows

from tests.loading import experiment
from tools.window_driver import Window, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"the live window is not tried: {missing()}")


@pytest.fixture(scope="module")
def window(display, tmp_path_factory):
    folder = tmp_path_factory.mktemp("window")
    (folder / "film.yaml").write_text(FILM)
    made = Window(display, folder / "film.yaml", folder)
    made.config = folder / "film.yaml"
    yield made
    made.close()


@pytest.fixture
def fresh(window):
    """The window as it was opened: the file as it was, paused at the beginning."""
    if window.config.read_text() != FILM:
        window.config.write_text(FILM)
    window.resize(*WHOLE)
    window.key("BackSpace", "0", "Right", "Home")  # a step pauses
    shows(window, 0.0)
    return window


def test_what_is_shown_is_the_films_frame(fresh: Window) -> None:
    shows(fresh, 0.0)
    fresh.key("shift+Right", "shift+Right", "shift+Right")
    shows(fresh, 3.0)
    fresh.key("End")
    shows(fresh, 5.9)
    fresh.key("shift+Left")
    shows(fresh, 4.9)
    fresh.wait_for(lambda: np.array_equal(fresh.picture(SIZE), frame(fresh.config, 4.9)), 10, "something stands there")
    assert far(frame(fresh.config, 3.0), frame(fresh.config, 4.9)) > 1  # or all this would say nothing


def test_it_plays_and_pauses(fresh: Window) -> None:
    before = fresh.picture(SIZE)
    fresh.key("space")
    fresh.wait_for(lambda: far(fresh.picture(SIZE), before) > 0.5, 10, "it does not play")
    fresh.key("space")
    time.sleep(0.3)
    still = fresh.picture(WHOLE)
    time.sleep(0.5)
    assert np.array_equal(fresh.picture(WHOLE), still)


def test_the_time_bar_is_dragged(fresh: Window) -> None:
    fresh.drag((150, SIZE[1] + 18), (300, SIZE[1] + 18))
    fresh.wait_for(lambda: rests(fresh), 5, "it does not stand where it was dragged to")
    picture = fresh.picture(SIZE)
    scene = scene_of(fresh.config)
    try:
        moments = {index: scene_frame(scene, index) for index in range(60)}
    finally:
        scene.release()
    nearest = min(moments, key=lambda index: far(moments[index], picture))
    assert 10 < nearest < 50
    others = [far(moment, picture) for index, moment in moments.items() if abs(index - nearest) > 1]
    assert far(moments[nearest], picture) < 0.4 * min(others), "between two frames, and no other two"


def rests(window: Window) -> bool:
    """Whether its picture stays as it is."""
    before = window.picture(SIZE)
    time.sleep(0.2)
    return np.array_equal(window.picture(SIZE), before)


def written(window: Window) -> str:
    """The file after `w`."""
    before = window.config.read_text()
    window.key("w")
    window.wait_for(lambda: window.config.read_text() != before, 5, "nothing was written")
    return window.config.read_text()


@pytest.mark.parametrize("point", [(0.9, -0.5), (-1.5, 2.1)])
def test_a_click_drops_all_balls_where_it_points(fresh: Window, point: tuple[float, float]) -> None:
    scene = scene_of(fresh.config)
    try:
        scene.draw_at(0.0)
        sight = scene.sight()
        world = scene.display.to_world(np.array([point, (point[0] + 0.01, point[1]), (point[0], point[1] + 0.01)]))
        x, y = sight.pixel(world[0])
        pixel = 0.01 / np.linalg.norm(sight.pixel(world[1:]) - [x, y], axis=1).min()  # in the domain's units
    finally:
        scene.release()
    fresh.click(int(x), int(y))
    time.sleep(0.8)  # a second click would make it a double click
    text = written(fresh)
    assert text.replace(text.splitlines()[3], "") == FILM.replace(FILM.splitlines()[3], "")
    start = experiment(fresh.config).entries[0].starts[0]
    assert np.abs(start - point).max() < 1.5 * pixel


@pytest.mark.parametrize("opening", ["none", "flat"])
def test_dragging_a_ball_moves_its_start_alone(fresh: Window, opening: str) -> None:
    fresh.config.write_text(FILM.replace("orbit: 1.5}", f"orbit: 1.5, opening: {opening}}}"))
    shows(fresh, 0.0)
    scene = scene_of(fresh.config)
    try:
        scene.draw_at(0.0)
        sight = scene.sight()
        _, _, center, _ = scene.balls_at(0.0)[1]
        start, end = sight.pixel(center), sight.pixel(scene.display.to_world(np.array([[1.0, 1.9]]))[0])
    finally:
        scene.release()
    fresh.drag(tuple(start), tuple(end))
    time.sleep(0.8)
    written(fresh)
    entries = experiment(fresh.config).entries
    assert entries[0].starts.tolist() == [[-0.64, 1.8]]
    assert np.abs(entries[1].starts - [1.0, 1.9]).max() < 0.03


def test_a_slider_rolls_at_once_and_w_writes_only_its_value(fresh: Window) -> None:
    before = fresh.picture(SIZE)
    fresh.key("End")
    shows(fresh, 5.9)
    fresh.key("p", "n", "bracketright", "bracketright")
    time.sleep(0.6)
    text = written(fresh)
    lines, was = text.splitlines(), FILM.splitlines()
    assert [index for index, line in enumerate(lines) if line != was[index]] == [7]
    assert lines[7] == "  - adam: {lr: 0.0792, betas: [0.9, 0.99]}"
    fresh.key("p")
    shows(fresh, 5.9)
    assert far(before, fresh.picture(SIZE)) > 0.5


def test_saving_the_file_shows_it_and_errors_keep_the_old_picture(fresh: Window) -> None:
    changed = FILM.replace("A small film", "Another title").replace("steps: 40", "steps: 30")
    fresh.config.write_text(changed)
    shows(fresh, 0.0)
    bad = changed.replace("steps: 30", "steps: -3").replace("- sgd", "- sgdd")
    replacement = fresh.config.with_suffix(".new")
    replacement.write_text(bad)
    replacement.replace(fresh.config)
    fresh.wait_for(lambda: "steps: -3 is out of range" in fresh.told.read_text(), 5, "the errors are not told")
    assert 'unknown optimizer "sgdd"; did you mean sgd?' in fresh.told.read_text()
    time.sleep(0.3)
    picture, was = fresh.picture(SIZE), frame_of(changed, fresh)
    assert far(picture[200:310], was[200:310]) < 0.2  # below the messages
    assert far(picture[:60], was[:60]) > 0.5
    fresh.config.unlink()
    fresh.config.write_text(changed)
    shows(fresh, 0.0)


def frame_of(text: str, window: Window) -> np.ndarray:
    other = window.config.with_name("other.yaml")
    other.write_text(text)
    return frame(other, 0.0)


def test_w_does_not_overwrite_what_changed_meanwhile(fresh: Window) -> None:
    fresh.key("p", "bracketright")
    time.sleep(0.5)
    fresh.config.write_text(FILM + "# mine\n")
    fresh.key("w")
    time.sleep(0.6)
    assert fresh.config.read_text() == FILM + "# mine\n"
    for _ in range(2):  # the first may still have come before the window had read the file
        fresh.key("w")
        time.sleep(0.5)
    assert fresh.config.read_text() != FILM + "# mine\n"
    assert fresh.config.read_text().count("\n") == FILM.count("\n") + 1
    fresh.key("p")


def test_the_camera_follows_keys_and_mouse_and_returns(fresh: Window) -> None:
    shows(fresh, 0.0)
    usual = fresh.picture(SIZE)
    for act in (
        lambda: fresh.key("ctrl+Left"),
        lambda: fresh.drag((560, 300), (480, 280)),
        lambda: fresh.drag((560, 300), (500, 330), button=3),
        lambda: fresh.click(400, 200, button=4),
        lambda: fresh.key("plus"),
        lambda: fresh.key("ctrl+shift+Up"),
    ):
        before = fresh.picture(SIZE)
        act()
        fresh.wait_for(lambda b=before: far(fresh.picture(SIZE), b) > 0.3, 5, "the camera does not move")
    fresh.key("c")
    fresh.wait_for(lambda: "camera: {theta: " in fresh.said.read_text(), 5, "the camera is not copied")
    fresh.wait_for(lambda: rests(fresh), 5, "the last move is not at its end")
    seen = fresh.picture(SIZE)
    fresh.config.write_text(FILM.replace(FILM.splitlines()[8], fresh.said.read_text().splitlines()[-1]))
    fresh.key("0")
    shows(fresh, 0.0)
    again = fresh.picture(SIZE)[40:]
    assert far(again, seen[40:]) < 6 < far(again, usual[40:])  # the camera section shows what was seen


def test_a_hidden_optimizer_is_not_there(fresh: Window) -> None:
    shows(fresh, 0.0)
    before = fresh.picture(SIZE)
    fresh.key("2")
    fresh.wait_for(lambda: far(fresh.picture(SIZE), before) > 0.05, 5, "nothing changed")
    fresh.key("2")
    shows(fresh, 0.0)


def test_a_still_is_what_is_seen(fresh: Window) -> None:
    from PIL import Image

    fresh.key("shift+Right", "s")
    fresh.wait_for(lambda: ".png" in fresh.said.read_text(), 10, "no still was saved")
    path = fresh.config.parent / fresh.said.read_text().splitlines()[-1]
    with Image.open(path) as picture:
        assert np.array_equal(np.asarray(picture.convert("RGB")), frame(fresh.config, 1.0))


def test_r_renders_the_film_beside(fresh: Window) -> None:
    fresh.key("r")
    fresh.key("End")
    shows(fresh, 5.9)  # the window goes on meanwhile
    fresh.wait_for(lambda: "film.mp4" in fresh.said.read_text(), 60, "no film was made")
    assert (fresh.config.parent / "videos" / "film.mp4").stat().st_size > 10_000
