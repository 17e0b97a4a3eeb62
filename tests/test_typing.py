"""What is typed is what arrives: texts into Tk, Chromium, GTK and xterm, and the clipboard as it was before."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from actions import action as act
from actions.action import Action, GroundedAction, Point
from actions.brake import Brake, Stopped
from actions.clipboard import Content, read
from actions.desktop import DesktopExecutor
from actions.executor import Outcome
from actions.keyboard import Unsendable, check_text
from actions.selection import Offer
from actions.x11 import close, connect
from agent.offline.filling import MARKING
from agent.virtual import VirtualDisplay
from tests.apps.programs import Page, SinkWindow, chromium_page, focused_program, terminal
from tests.conftest import APPS, wait_until

pytestmark = pytest.mark.desktop

ANY = (0, 0)
TEXTS = {
    "ascii": "".join(map(chr, range(32, 127))),
    "awkward": "<>|~^\"'`\\ a<b>c {x}[y] AbC",
    "latin": "é ü ß € ñ",
    "chinese": "打开浏览器，输入“你好，世界”。",
    "japanese": "日本語テスト",
    "arabic": "مرحبا بالعالم",
    "emoji": "a😀b👩‍👩‍👧c🇨🇳",
    "combining": "e\u0301a\u0308 n\u0303",
    "tab": "a\tb",
    "mixed": "Hi 你好\tx 😀 é end",
    "lines": "one\ntwo\nthree",
    "mixed lines": "one\n二\n\n三",
    "long ascii": "abc XYZ 123 " * 420,
    "long chinese": "中文测试" * 1250,
    "longest": "汉" * 20_000,
}
EVERYWHERE = [
    (field, name) for name, text in TEXTS.items() for field in ("text", "line") if field == "text" or "\n" not in text
]
"""A text field takes every text, a field of one line those of one line."""


def do(executor: DesktopExecutor, action: Action, point: Point | None = None) -> Outcome:
    return executor.perform(GroundedAction(action, point))


def type_into(executor: DesktopExecutor, text: str, **more: bool) -> Outcome:
    return do(executor, act.Type(text=text, **more))


@pytest.fixture(scope="module")
def page(_virtual_display: VirtualDisplay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium_page(_virtual_display, tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture
def raw(display: VirtualDisplay) -> Iterator[Any]:
    """A connection of our own to the display."""
    connection = connect(display.name)
    yield connection
    close(connection)


def focus(executor: DesktopExecutor, page: Page, element: str) -> None:
    """Click into an element, and empty it."""
    page.click_into(executor, element)
    type_into(executor, "", clear=True)
    wait_until(lambda: page.state[element] == "", what=f"an empty {element}")


# --- every text, every program ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "name"), EVERYWHERE)
def test_into_tk(executor: DesktopExecutor, sink: SinkWindow, field: str, name: str) -> None:
    widget = "text" if field == "text" else "entry"
    text = TEXTS[name] if widget == "text" else TEXTS[name][:500]  # Tk lays an entry out anew at every key.
    sink.click_into(executor, widget)
    assert type_into(executor, text).status == "done"
    sink.expect(widget, text, 30)


@pytest.mark.parametrize(("field", "name"), EVERYWHERE)
def test_into_chromium(executor: DesktopExecutor, page: Page, field: str, name: str) -> None:
    focus(executor, page, field)
    assert type_into(executor, TEXTS[name]).status == "done"
    wait_until(lambda: page.state[field] == TEXTS[name], 60, f"the {name} text in Chromium")


@pytest.mark.parametrize("name", TEXTS)
def test_into_a_terminal(
    executor: DesktopExecutor, display: VirtualDisplay, raw: Any, tmp_path: Path, name: str
) -> None:
    # A terminal's line holds 4,095 bytes at most.
    text = "\n".join(TEXTS[name][i : i + 500] for i in range(0, len(TEXTS[name]), 500)) + "\n"
    with terminal(display, tmp_path) as received:
        assert type_into(executor, text).status == "done"
        try:
            wait_until(lambda: received.exists() and received.read_bytes() == text.encode(), 30, f"{name} in xterm")
        except AssertionError as error:
            got, wanted = received.read_bytes(), text.encode()
            same = next((n for n, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), len(got))
            raise AssertionError(f"{error}: {len(got)} of {len(wanted)} bytes, the same as far as {same}") from None


def test_typing_by_keys_uses_no_clipboard_and_pasting_says_so(executor: DesktopExecutor, sink: SinkWindow) -> None:
    sink.click_into(executor, "text")
    assert type_into(executor, "plain\n").detail == "6 characters, key by key"
    assert type_into(executor, "é").detail == "1 characters, pasted"


def test_enter_and_clear(executor: DesktopExecutor, sink: SinkWindow) -> None:
    sink.click_into(executor, "text")
    type_into(executor, "old\nlines\nof 文")
    type_into(executor, "new 字", clear=True, enter=True)
    sink.expect("text", "new 字\n")
    sink.click_into(executor, "entry")
    type_into(executor, "old line")
    type_into(executor, "新", clear=True)
    sink.expect("entry", "新")


def test_clearing_in_chromium(executor: DesktopExecutor, page: Page) -> None:
    focus(executor, page, "text")
    type_into(executor, "old\nlines\nof 文")
    type_into(executor, "new 字", clear=True, enter=True)
    wait_until(lambda: page.state["text"] == "new 字\n", what="the new text in Chromium")


# --- what is selected is replaced ------------------------------------------------------------------------------------


def test_a_selection_is_replaced_in_tk(executor: DesktopExecutor, sink: SinkWindow) -> None:
    for widget in ("text", "entry"):
        sink.click_into(executor, widget)
        type_into(executor, "old text")
        sink.expect(widget, "old text")
        do(executor, act.Key(keys=("ctrl", "/")))
        wait_until(lambda: copied("primary") in (b"old text", b"old text\n"), what="the selection")
        type_into(executor, "新的")
        sink.expect(widget, "新的")


def test_a_selection_is_replaced_in_chromium(executor: DesktopExecutor, page: Page) -> None:
    focus(executor, page, "line")
    type_into(executor, "old text")
    do(executor, act.Key(keys=("ctrl", "a")))
    wait_until(lambda: copied("primary") == b"old text", what="the selection")
    type_into(executor, "新的")
    wait_until(lambda: page.state["line"] == "新的", what="the selection replaced")


def test_a_selection_is_replaced_in_gtk(executor: DesktopExecutor, display: VirtualDisplay, tmp_path: Path) -> None:
    holds = tmp_path / "entry"
    with display.programs() as programs:
        programs.start([sys.executable, str(APPS / "gtk_entry.py"), str(holds), "old text"])
        wait_until(lambda: holds.exists() and holds.read_text() == "old text", 20, "the GTK window")
        do(executor, act.Key(keys=("ctrl", "a")))
        wait_until(lambda: copied("primary") == b"old text", what="the selection")
        type_into(executor, "新的")
        wait_until(lambda: holds.read_text() == "新的", what="the selection replaced")
        do(executor, act.Key(keys=("end",)))
        type_into(executor, " é")
        wait_until(lambda: holds.read_text() == "新的 é", what="the text appended")


def test_what_the_offline_model_marks_in_a_field_of_numbers_is_all_it_holds(
    executor: DesktopExecutor, display: VirtualDisplay, tmp_path: Path
) -> None:
    """With ctrl held, GTK turns the number up to its largest instead, and Qt passes the keys over."""
    holds = tmp_path / "entry"
    with display.programs() as programs:
        programs.start([sys.executable, str(APPS / "gtk_entry.py"), str(holds), "12", "99"])
        wait_until(lambda: holds.exists() and holds.read_text() == "12", 20, "the GTK window")
        for keys in MARKING[:-1]:
            do(executor, act.Key(keys=keys))
        type_into(executor, "5")
        wait_until(lambda: holds.read_text() == "5", what="the number written over")


# --- texts that do not arrive are not said to ------------------------------------------------------------------------


def test_a_text_that_nothing_takes_has_failed(
    executor: DesktopExecutor, sink: SinkWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.paste.TAKE_SECONDS", 0.3)
    sink.click_into(executor, "area")
    outcome = type_into(executor, "没人要")
    assert outcome.status == "failed"
    assert outcome.feedback == "nothing was typed: nothing took the text; is a text field focused?"
    assert (sink.held("text"), sink.held("entry")) == ("", "")


def test_without_a_focused_window_nothing_is_typed(executor: DesktopExecutor) -> None:
    do(executor, act.LeftClick(coordinate=ANY), Point(1200, 700))  # the bare desktop
    wait_until(lambda: focused_program(os.environ["DISPLAY"]) == "", what="the focus to be nobody's")
    for text in ("plain", "中文"):
        outcome = type_into(executor, text)
        assert outcome.status == "failed"
        assert outcome.feedback is not None
        assert "no window has the keyboard focus" in outcome.feedback


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\r", "\x7f", "\x85", "\ud800"])
def test_what_no_key_gives_is_refused_whole(executor: DesktopExecutor, sink: SinkWindow, char: str) -> None:
    sink.click_into(executor, "text")
    sink.forget()
    outcome = type_into(executor, f"before{char}after", clear=True)
    assert outcome.status == "failed"
    assert outcome.feedback is not None
    assert f"U+{ord(char):04X}" in outcome.feedback
    type_into(executor, "next")
    sink.expect("text", "next")


def test_the_longest_text() -> None:
    check_text("😀" * 50_000)
    with pytest.raises(Unsendable, match="too many at once"):
        check_text("😀" * 50_001)


def test_a_modifier_that_is_held_down_stops_typing(executor: DesktopExecutor, sink: SinkWindow, raw: Any) -> None:
    from Xlib import X
    from Xlib.ext.xtest import fake_input

    sink.click_into(executor, "text")
    control = raw.keysym_to_keycode(0xFFE3)
    try:
        fake_input(raw, X.KeyPress, control)
        raw.sync()
        outcome = type_into(executor, "aw")
    finally:
        fake_input(raw, X.KeyRelease, control)
        raw.sync()
    assert outcome.status == "failed"
    assert outcome.feedback is not None
    assert "held down" in outcome.feedback
    type_into(executor, "ok")
    sink.expect("text", "ok")


def test_the_brake_stops_a_long_text(display: VirtualDisplay, sink: SinkWindow) -> None:
    brake = Brake()
    executor = DesktopExecutor(brake, lambda _question: None)
    sink.click_into(executor, "text")
    threading.Timer(0.2, brake.pull, ["enough"]).start()
    with pytest.raises(Stopped):
        type_into(executor, "0123456789" * 15_000)
    executor.close()


def test_caps_lock_changes_nothing(executor: DesktopExecutor, sink: SinkWindow) -> None:
    sink.click_into(executor, "text")
    do(executor, act.Key(keys=("capslock",)))
    try:
        type_into(executor, "Hello, WORLD <1> é")
        type_into(executor, "Plain aZ !1")
        sink.expect("text", "Hello, WORLD <1> éPlain aZ !1")
    finally:
        do(executor, act.Key(keys=("capslock",)))


@pytest.mark.parametrize("layout", ["de", "fr", "gb", "es", "us,ru", "ru", "us(dvorak)", "jp"])
def test_other_layouts(executor: DesktopExecutor, sink: SinkWindow, layout: str) -> None:
    sink.click_into(executor, "text")
    set_layout(layout)
    try:
        for text in (TEXTS["ascii"], "@€{}[]|~<> yzäß", "y-z/#'", "[a]{b}@\\|", "AbC 123"):
            type_into(executor, text, clear=True)
            sink.expect("text", text)
    finally:
        set_layout("us")


def set_layout(layout: str) -> None:
    name, _, variant = layout.rstrip(")").partition("(")
    subprocess.run(["setxkbmap", "-layout", name, "-variant", variant, "-option", ""], check=True)


# --- the clipboard ---------------------------------------------------------------------------------------------------


def copied(selection: str, target: str = "UTF8_STRING") -> bytes | None:
    """What a selection gives; None where it has no owner or gives nothing, or the owner left while it was asked."""
    command = ["xclip", "-o", "-selection", selection, "-t", target]
    try:
        done = subprocess.run(command, capture_output=True, timeout=10, check=False)
    except subprocess.TimeoutExpired:  # xclip waits for ever for an owner that is gone
        return None
    return done.stdout if done.returncode == 0 else None


def copy(selection: str, data: bytes, target: str = "UTF8_STRING") -> None:
    """Copy as a program does. xclip returns before its background half owns the selection: that is waited for."""
    with closing_connection() as connection:
        atom = connection.intern_atom(selection.upper())
        former = owner_of(connection, atom)
        subprocess.run(
            ["xclip", "-i", "-selection", selection, "-t", target],
            input=data,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        wait_until(lambda: owner_of(connection, atom) not in (0, former), what=f"xclip's {selection}")


@contextlib.contextmanager
def closing_connection() -> Iterator[Any]:
    connection = connect(os.environ["DISPLAY"])
    try:
        yield connection
    finally:
        close(connection)


def owner_of(connection: Any, atom: int) -> int:
    """The window that owns a selection, 0 for none."""
    owner = connection.get_selection_owner(atom)
    return 0 if owner == 0 else int(owner.id)


@pytest.fixture
def no_owners(raw: Any) -> None:
    """Nobody has copied or selected anything."""
    from Xlib import X
    from Xlib.protocol import request

    for name in ("CLIPBOARD", "PRIMARY"):
        request.SetSelectionOwner(
            display=raw.display, selection=raw.intern_atom(name), window=X.NONE, time=X.CurrentTime
        )
    raw.sync()


@pytest.fixture
def field(executor: DesktopExecutor, sink: SinkWindow) -> None:
    sink.click_into(executor, "text")


@pytest.mark.usefixtures("field", "no_owners")
def test_both_selections_get_their_text_back(executor: DesktopExecutor, sink: SinkWindow) -> None:
    copy("clipboard", "kept é 中".encode())
    copy("primary", b"selected elsewhere")
    assert type_into(executor, "新") == Outcome("done", detail="1 characters, pasted")
    do(executor, act.Wait(time=0))
    assert copied("clipboard") == "kept é 中".encode()
    assert copied("primary") == b"selected elsewhere"
    sink.expect("text", "新")


@pytest.mark.usefixtures("field", "no_owners")
def test_a_late_xclip_is_waited_for(
    executor: DesktopExecutor, sink: SinkWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy("clipboard", b"kept")
    late = tmp_path / "xclip"
    late.write_text(f'#!/bin/sh\ndata=$(cat)\n(sleep 0.4; printf %s "$data" | {shutil.which("xclip")} "$@") &\n')
    late.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        for text in ("新", "闻"):
            type_into(executor, text)
            do(executor, act.Wait(time=0))
    assert copied("clipboard") == b"kept"
    sink.expect("text", "新闻")


@pytest.mark.usefixtures("field", "no_owners")
def test_left_alone_they_get_it_back_too(executor: DesktopExecutor) -> None:
    copy("clipboard", b"kept")
    type_into(executor, "新")
    wait_until(lambda: copied("clipboard") == b"kept", what="the clipboard's former text")


@pytest.mark.usefixtures("field", "no_owners")
def test_a_picture_comes_back(executor: DesktopExecutor) -> None:
    file = io.BytesIO()
    Image.effect_noise((300, 200), 80).save(file, "PNG")
    copy("clipboard", file.getvalue(), "image/png")
    type_into(executor, "新")
    do(executor, act.Wait(time=0))
    assert copied("clipboard", "image/png") == file.getvalue()


@pytest.mark.usefixtures("no_owners")
def test_what_comes_in_parts_is_read_whole(raw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.clipboard.READ_SECONDS", 20)
    text = bytes(range(32, 127)) * 30_000  # xclip hands it over a megabyte at a time
    copy("clipboard", text)
    assert read(raw, "CLIPBOARD") == Content("CLIPBOARD", "UTF8_STRING", text)


@pytest.mark.usefixtures("field", "no_owners")
def test_without_an_owner_before_there_is_none_after(executor: DesktopExecutor, raw: Any) -> None:
    outcome = type_into(executor, "秘密")
    do(executor, act.Wait(time=0))
    assert outcome.detail == "2 characters, pasted"
    for name in ("CLIPBOARD", "PRIMARY"):
        assert raw.get_selection_owner(raw.intern_atom(name)) == 0


@pytest.mark.usefixtures("field", "no_owners")
def test_a_failed_paste_gives_back_too(executor: DesktopExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.paste.TAKE_SECONDS", 0.3)
    monkeypatch.setattr("actions.layout._KEYSYMS", {**_keysyms(), "insert": (0xFFC6,)})  # F9: nothing happens
    copy("clipboard", b"kept")
    outcome = type_into(executor, "新")
    assert outcome.status == "failed"
    assert outcome.feedback == "nothing was typed: nothing took the text; is a text field focused?"
    assert copied("clipboard") == b"kept"


def _keysyms() -> dict[str, tuple[int, ...]]:
    from actions import layout

    return dict(layout._KEYSYMS)


@pytest.mark.usefixtures("field", "no_owners")
def test_what_is_copied_meanwhile_stays(executor: DesktopExecutor) -> None:
    copy("clipboard", b"former")
    type_into(executor, "新")
    copy("clipboard", b"newer")
    do(executor, act.Wait(time=0))
    assert copied("clipboard") == b"newer"


@pytest.mark.usefixtures("field", "no_owners")
def test_without_xclip_the_loss_is_told(
    executor: DesktopExecutor, sink: SinkWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy("clipboard", b"former")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    outcome = type_into(executor, "新")
    assert outcome == Outcome(
        "done", detail="1 characters, pasted; the content of CLIPBOARD was lost: xclip is not installed"
    )
    sink.expect("text", "新")


@pytest.mark.usefixtures("field", "no_owners")
def test_an_owner_that_does_not_answer_hangs_nobody(executor: DesktopExecutor, sink: SinkWindow, raw: Any) -> None:
    with Offer(raw, "never served", ["CLIPBOARD"]):
        outcome = type_into(executor, "新")
    assert outcome.detail == "1 characters, pasted; the content of CLIPBOARD was lost: its owner did not answer"
    sink.expect("text", "新")


@pytest.mark.usefixtures("no_owners")
def test_a_page_that_looks_at_the_paste_first_gets_our_text(
    executor: DesktopExecutor, display: VirtualDisplay, tmp_path: Path
) -> None:
    with chromium_page(display, tmp_path, "slow=600") as page:
        focus(executor, page, "text")
        copy("clipboard", b"not this")
        type_into(executor, "慢慢来")
        wait_until(lambda: page.state["text"] != "", what="the pasted text")
        assert (page.state["text"], page.state["seen"]) == ("慢慢来", "慢慢来")
        do(executor, act.Wait(time=0))
        assert copied("clipboard") == b"not this"


@pytest.mark.usefixtures("field", "no_owners")
def test_another_program_that_reads_along_is_no_confirmation(
    executor: DesktopExecutor, display: VirtualDisplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clipboard manager takes every text there is; that does not mean that the field has it."""
    monkeypatch.setattr("actions.paste.TAKE_SECONDS", 1.0)
    monkeypatch.setattr("actions.layout._KEYSYMS", {**_keysyms(), "insert": (0xFFC6,)})
    script = "until xclip -o -selection clipboard -t UTF8_STRING; do sleep 0.02; done"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as manager:
        outcome = type_into(executor, "秘密")
        assert manager.stdout is not None
        assert manager.stdout.read().decode() == "秘密"
    assert outcome.status == "failed"


def test_who_asked_before_the_end_is_answered(display: VirtualDisplay, raw: Any) -> None:
    """He would wait for ever: programs hang that way, and did in these tests on a busy machine."""
    ours = connect(display.name)
    window = raw.screen().root.create_window(0, 0, 1, 1, 0, 0)
    with Offer(ours, "text", ["CLIPBOARD"]):
        window.convert_selection(raw.get_atom("CLIPBOARD"), raw.get_atom("UTF8_STRING"), raw.get_atom("IT"), 0)
        raw.sync()
    wait_until(raw.pending_events, what="an answer")
    assert raw.next_event().property == raw.get_atom("IT")
    assert window.get_full_property(raw.get_atom("IT"), 0).value == b"text"
    close(ours)


def test_who_was_given_the_text_has_been_told_before_any_key_that_follows(display: VirtualDisplay, raw: Any) -> None:
    """An Enter came to xterm before the long text that it was to end: the server may hear another connection first."""
    ours, other = connect(display.name), connect(display.name)
    window = raw.screen().root.create_window(0, 0, 1, 1, 0, 0)
    with Offer(ours, "text", ["CLIPBOARD"]) as offer:
        window.convert_selection(raw.get_atom("CLIPBOARD"), raw.get_atom("UTF8_STRING"), raw.get_atom("IT"), 0)
        raw.sync()
        wait_until(ours.pending_events, what="the question")
        other.grab_server()
        other.sync()  # now it hears nobody else
        answering = threading.Thread(target=offer.answer, args=(1,))
        answering.start()
        answering.join(0.3)
        assert answering.is_alive()
        other.ungrab_server()
        other.sync()
        answering.join(10)
        assert raw.pending_events()
    close(ours)
    close(other)


def test_closing_gives_back_at_once(display: VirtualDisplay, sink: SinkWindow) -> None:
    executor = DesktopExecutor(Brake(), lambda _question: None)
    sink.click_into(executor, "text")
    copy("clipboard", b"kept")
    type_into(executor, "新")
    executor.close()
    assert copied("clipboard") == b"kept"
    assert not [thread for thread in threading.enumerate() if thread.name == "selections"]


def test_the_limit_of_tk_is_tks_own(executor: DesktopExecutor, sink: SinkWindow) -> None:
    """Characters beyond the BMP reach Tk 8.6 as when pasted by hand, which is all it can hold."""
    sink.click_into(executor, "text")
    copy("clipboard", TEXTS["emoji"].encode())
    copy("primary", TEXTS["emoji"].encode())  # which is what Tk pastes
    do(executor, act.Key(keys=("shift", "insert")))
    wait_until(lambda: sink.held("text"), what="the text pasted by hand")
    by_hand = sink.held("text")
    type_into(executor, TEXTS["emoji"], clear=True)
    sink.expect("text", by_hand)
    assert by_hand == TEXTS["emoji"]


def test_the_environment_is_not_needed_after_connecting(
    executor: DesktopExecutor, sink: SinkWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.click_into(executor, "text")
    copy("clipboard", b"kept")
    display = os.environ["DISPLAY"]
    monkeypatch.delenv("DISPLAY")
    type_into(executor, "新")
    do(executor, act.Wait(time=0))
    monkeypatch.setenv("DISPLAY", display)
    assert copied("clipboard") == b"kept"
    sink.expect("text", "新")
