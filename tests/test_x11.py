"""Connecting to the X server, who has the keyboard, the layout, the selections."""

from __future__ import annotations

import subprocess
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from actions.executor import InputError
from actions.layout import Layout, Stroke, read_layout
from actions.selection import Offer
from actions.x11 import (
    ancestors,
    class_names,
    client_of,
    close,
    connect,
    focused_window,
    screen_size,
    window_manager_ready,
)
from agent.virtual import VirtualDisplay
from tests.apps.programs import SinkWindow
from tests.conftest import DISPLAY_SIZE, wait_until

# A keyboard of four keys: a letter, a digit with a third level, Return, "<" alone and with shift elsewhere.
ROWS = (
    (0x61, 0x41, 0x61, 0x41),
    (0x32, 0x22, 0x6C1, 0x22, 0x40, 0xB2),
    (0xFF0D,),
    (0x2C, 0x3C),
    (0xFFE1,),
    (0xFE03,),
    (0xFFB7, 0xFFB7),
)
SHIFT, LEVEL3 = 14, 15


@pytest.fixture
def raw(display: VirtualDisplay) -> Iterator[Any]:
    connection = connect(display.name)
    yield connection
    close(connection)


# --- the layout, by arithmetic ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("char", "stroke"),
    [
        ("a", Stroke(10)),
        ("A", Stroke(10, (SHIFT,))),
        ("2", Stroke(11)),
        ('"', Stroke(11, (SHIFT,))),
        ("@", Stroke(11, (LEVEL3,))),
        ("\n", Stroke(12)),
        ("<", Stroke(13, (SHIFT,))),
        ("b", None),
        ("\t", None),
        ("²", None),
        ("中", None),
    ],
)
def test_characters(char: str, stroke: Stroke | None) -> None:
    assert Layout(first=10, rows=ROWS).character(char) == stroke


def test_caps_lock_turns_letters_over_and_nothing_else() -> None:
    layout = Layout(first=10, rows=ROWS, caps_lock=True)
    assert layout.character("a") == Stroke(10, (SHIFT,))
    assert layout.character("A") == Stroke(10)
    assert layout.character('"') == Stroke(11, (SHIFT,))


def test_a_group_has_columns_of_its_own() -> None:
    layout = Layout(first=10, rows=ROWS, group=1)
    assert layout.character("a") == Stroke(10)
    assert layout.character("2") is None
    assert layout.key("2") == Stroke(11)  # as a shortcut, it is the key itself
    assert Layout(first=10, rows=ROWS, group=2).character("a") is None


def test_named_keys() -> None:
    layout = Layout(first=10, rows=ROWS)
    assert layout.key("enter") == Stroke(12)
    assert layout.key("altright") == Stroke(LEVEL3)
    assert layout.key("f1") is None
    assert layout.key("no such key") is None


def test_keypad_digits_are_digits_whatever_num_lock_says() -> None:
    assert Layout(first=10, rows=ROWS).key("num7") == Stroke(16, (SHIFT,))
    assert Layout(first=10, rows=ROWS, num_lock=True).key("num7") == Stroke(16)


def test_the_key_that_american_keyboards_lack_is_the_last_choice() -> None:
    rows = ((0x3C, 0x3E), (0x2C, 0x3C), (0xFFE1,))
    assert Layout(first=94, rows=rows).character("<") == Stroke(95, (96,))
    assert Layout(first=94, rows=rows).character(">") == Stroke(94, (96,))


def test_without_the_modifier_there_is_no_way() -> None:
    assert Layout(first=10, rows=ROWS[:4]).character("A") is None


def test_every_key_name_of_the_executor_is_known_to_the_layout() -> None:
    from actions.keys import SPECIAL_KEYS
    from actions.layout import _KEYSYMS

    assert set(_KEYSYMS) == SPECIAL_KEYS


# --- a real server ---------------------------------------------------------------------------------------------------


@pytest.mark.desktop
def test_the_servers_layout_types_all_of_ascii(raw: Any) -> None:
    layout = read_layout(raw)
    assert [char for char in map(chr, range(32, 127)) if layout.character(char) is None] == []
    assert (layout.group, layout.caps_lock, layout.modifier_down) == (0, False, False)


@pytest.mark.desktop
def test_locks_and_modifiers_are_seen(raw: Any) -> None:
    from Xlib import X
    from Xlib.ext.xtest import fake_input

    def tap(code: int) -> None:
        fake_input(raw, X.KeyPress, code)
        fake_input(raw, X.KeyRelease, code)
        raw.sync()

    caps, num, shift = (raw.keysym_to_keycode(keysym) for keysym in (0xFFE5, 0xFF7F, 0xFFE1))
    tap(caps)
    assert read_layout(raw).caps_lock
    tap(caps)
    tap(num)
    assert read_layout(raw).num_lock
    tap(num)
    fake_input(raw, X.KeyPress, shift)
    raw.sync()
    assert read_layout(raw).modifier_down
    fake_input(raw, X.KeyRelease, shift)
    raw.sync()
    assert read_layout(raw) == Layout(first=8, rows=read_layout(raw).rows)


@pytest.mark.desktop
def test_the_focused_window_is_the_programs(raw: Any, sink: SinkWindow) -> None:
    wait_until(lambda: focused_window(raw) is not None, what="a focused window")
    window = focused_window(raw)
    names = [name for each in ancestors(window) for name in class_names(each)]
    assert "Sink" in names
    assert client_of(raw, window.id) != client_of(raw, raw.screen().root.id)


@pytest.mark.desktop
def test_the_bare_desktop_and_the_window_manager_have_no_keyboard(display: VirtualDisplay, raw: Any) -> None:
    from Xlib import X

    wait_until(lambda: focused_window(raw) is None, what="nobody's focus")
    for nobody in (X.NONE, raw.screen().root):
        raw.set_input_focus(nobody, X.RevertToNone, X.CurrentTime)
        raw.sync()
        assert focused_window(raw) is None


@pytest.mark.desktop
def test_size_and_window_manager(raw: Any, display: VirtualDisplay) -> None:
    assert screen_size(raw) == DISPLAY_SIZE
    assert window_manager_ready(display.name)


@pytest.mark.parametrize("name", [":9876", ":98765", "nonsense", "no-such-host.invalid:1"])
def test_a_display_that_is_not_there_is_one_line_without_warnings(name: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(InputError, match=name) as failed:
            connect(name)
    assert "\n" not in str(failed.value)
    assert caught == []


def test_no_display_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(InputError, match="DISPLAY is not set"):
        connect()


# --- offering a text -------------------------------------------------------------------------------------------------


class Served:
    """An offer that is answered in a thread of its own while the context lasts."""

    def __init__(self, connection: Any, text: str) -> None:
        self._offer = Offer(connection, text, ["CLIPBOARD"])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while not self._stop.is_set():
            self._offer.answer(0.01)

    def __enter__(self) -> Offer:
        self._offer.__enter__()
        self._thread.start()
        return self._offer

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()
        self._offer.__exit__(None, None, None)


def ask(target: str) -> bytes | None:
    done = subprocess.run(
        ["xclip", "-o", "-selection", "clipboard", "-t", target], capture_output=True, timeout=60, check=False
    )
    return done.stdout if done.returncode == 0 else None


@pytest.mark.desktop
def test_an_offer_answers_in_every_form_it_lists(raw: Any) -> None:
    text = "é ü"
    with Served(raw, text):
        listed = set((ask("TARGETS") or b"").decode().split())
        assert listed >= {"TARGETS", "UTF8_STRING", "STRING", "TEXT", "text/plain;charset=utf-8"}
        for target in ("UTF8_STRING", "TEXT", "text/plain;charset=utf-8"):
            assert ask(target) == text.encode()
        assert ask("STRING") == text.encode("latin-1")
        assert ask("image/png") is None


@pytest.mark.desktop
def test_what_latin_1_does_not_hold_is_not_offered_in_it(raw: Any) -> None:
    with Served(raw, "中"):
        assert ask("STRING") is None
        assert ask("UTF8_STRING") == "中".encode()


@pytest.mark.desktop
def test_clipboard_managers_are_asked_not_to_keep_it(raw: Any) -> None:
    with Served(raw, "x"):
        assert ask("x-kde-passwordManagerHint") == b"secret"


@pytest.mark.desktop
def test_a_big_text_comes_whole(raw: Any) -> None:
    text = "汉" * 60_000
    with Served(raw, text):
        assert ask("UTF8_STRING") == text.encode()


@pytest.mark.desktop
def test_afterwards_there_is_no_owner(raw: Any) -> None:
    with Served(raw, "x"):  # its connection belongs to the serving thread meanwhile
        assert ask("UTF8_STRING") == b"x"
    assert raw.get_selection_owner(raw.intern_atom("CLIPBOARD")) == 0
