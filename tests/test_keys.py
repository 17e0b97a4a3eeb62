"""Key names and chords."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.keys import (
    MAX_CHORD_KEYS,
    MODIFIERS,
    SPECIAL_KEYS,
    KeysError,
    UnknownKeyError,
    canonical,
    parse_keys,
    parse_modifiers,
)

CONTRACT = """
enter tab esc backspace delete insert home end pageup pagedown up down left right space ctrl ctrlright alt
altright shift shiftright win winright apps capslock numlock scrolllock printscreen pause volumeup volumedown
volumemute
"""


def test_special_keys_are_the_contract():
    assert {*CONTRACT.split(), *(f"f{n}" for n in range(1, 25)), *(f"num{n}" for n in range(10))} == SPECIAL_KEYS


@pytest.mark.parametrize("key", sorted(SPECIAL_KEYS))
def test_canonical_names_stand_for_themselves_in_any_case(key):
    assert canonical(key) == canonical(key.upper()) == canonical(f" {key} ") == key


@pytest.mark.parametrize(
    ("spellings", "key"),
    [
        ("Return RETURN KP_Enter", "enter"),
        ("Escape", "esc"),
        ("BackSpace bksp", "backspace"),
        ("del Delete KP_Delete", "delete"),
        ("ins", "insert"),
        ("PageUp page_up Page_Up pgup PgUp page-up", "pageup"),
        ("PageDown page_down Page_Down pgdn pgdown page-down", "pagedown"),
        ("arrowup arrow_up ArrowUp uparrow up_arrow KP_Up arrow-up", "up"),
        ("ArrowDown", "down"),
        ("ArrowLeft leftarrow", "left"),
        ("ArrowRight", "right"),
        ("spacebar Space", "space"),
        ("menu contextmenu context_menu ContextMenu", "apps"),
        ("caps_lock CapsLock caps-lock", "capslock"),
        ("Num_Lock", "numlock"),
        ("Scroll_Lock", "scrolllock"),
        ("prtsc print_screen PrintScreen Print prtscr", "printscreen"),
        ("XF86AudioRaiseVolume volume_up", "volumeup"),
        ("XF86AudioMute mute", "volumemute"),
        ("control Control ctl ctrl_l control_l Control_L ctrlleft", "ctrl"),
        ("Control_R ctrl_r rctrl", "ctrlright"),
        ("option opt Alt_L", "alt"),
        ("altgr AltGr alt_r Alt_R ISO_Level3_Shift", "altright"),
        ("shift_l Shift_L", "shift"),
        ("shift_r Shift_R", "shiftright"),
        ("super Super meta cmd command windows Super_L winleft", "win"),
        ("Super_R", "winright"),
        ("KP_0 numpad0", "num0"),
        ("F1 f1", "f1"),
        ("plus KP_Add", "+"),
        ("minus hyphen", "-"),
        ("comma", ","),
        ("period dot", "."),
        ("slash", "/"),
        ("backslash", "\\"),
        ("semicolon", ";"),
        ("colon", ":"),
        ("quote apostrophe", "'"),
        ("grave backtick", "`"),
        ("equal equals", "="),
        ("underscore", "_"),
        ("bracketleft leftbracket BracketLeft", "["),
        ("bracketright", "]"),
        ("asciitilde", "~"),
    ],
)
def test_aliases(spellings, key):
    assert {spelling: canonical(spelling) for spelling in spellings.split()} == dict.fromkeys(spellings.split(), key)


@pytest.mark.parametrize(
    "name", ["foo", "f0", "f25", "hyper", "", "ctrl+c", "\x00", "\x1b", "\u200b", "\ud800", "x" * 500]
)
def test_unknown_names(name):
    with pytest.raises(UnknownKeyError) as caught:
        canonical(name)
    assert caught.value.name == name
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("name", "near"),
    [("contrl", "ctrl"), ("entr", "enter"), ("escp", "esc"), ("pagedwn", "pagedown")],
)
def test_unknown_names_come_with_the_nearest(name, near):
    with pytest.raises(UnknownKeyError, match=near):
        canonical(name)


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ("ctrl+c", "ctrl c"),
        (["ctrl", "c"], "ctrl c"),
        (("ctrl", "c"), "ctrl c"),
        (["ctrl+a"], "ctrl a"),
        (["['ctrl", "a']"], "ctrl a"),
        (["['ctrl'", "'shift'", "'a']"], "ctrl shift a"),
        ("['ctrl', 'c']", "ctrl c"),
        ('["ctrl", "c"]', "ctrl c"),
        ('keys=["ctrl", "s"]', "ctrl s"),
        (['keys=["enter"]'], "enter"),
        ("ctrl, c", "ctrl c"),
        ("Ctrl-C", "ctrl c"),
        ("ctrl-l", "ctrl l"),
        ("alt-r", "alt r"),
        ("ctrl + shift + t", "ctrl shift t"),
        ("ctrl＋c", "ctrl c"),
        (["ctrl+shift", "t"], "ctrl shift t"),
        ("alt_l+F4", "alt f4"),
        ("ctrl++", "ctrl +"),
        (["ctrl", "+"], "ctrl +"),
        ("['ctrl', '+']", "ctrl +"),
        ("ctrl+-", "ctrl -"),
        ("ctrl--", "ctrl -"),
        ("ctrl+,", "ctrl ,"),
        ("ctrl+'", "ctrl '"),
        ("ctrl+[", "ctrl ["),
        ("+", "+"),
        ("(", "("),
        (["["], "["),
        (["[", "]"], "[ ]"),
        (["'"], "'"),
        (["['+']"], "+"),
        (["[',']"], ","),
        (["ctrl", "super"], "ctrl win"),
        (["win"], "win"),
        (["alt", "shift"], "alt shift"),
        ([5], "5"),
        (" ", "space"),
        (["ctrl", " "], "ctrl space"),
        ("\n", "enter"),
        ("é", "é"),
        ("中", "中"),
    ],
)
def test_spellings_of_chords(value, keys):
    assert parse_keys(value) == tuple(keys.split())


@pytest.mark.parametrize(
    ("value", "keys"),
    [("A", "A"), (["A"], "A"), ("ctrl+A", "ctrl a"), (["ctrl", "A"], "ctrl a"), ("shift+É", "shift é"), ("a", "a")],
)
def test_a_letter_keeps_its_case_only_alone(value, keys):
    assert parse_keys(value) == tuple(keys.split())


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        ("ctrl+foo", "foo"),
        (["ctrl", "foo", "c"], "foo"),
        ("foo+c", "foo"),
        ("ctrl+", "ctrl+"),
        ("++", "++"),
        ("ctrl c", "ctrl c"),
        ("", ""),
        ([""], ""),
        (["['ctrl", "foo']"], "foo"),
        ("type hello", "type hello"),
    ],
)
def test_one_unknown_key_fails_the_chord(value, unknown):
    with pytest.raises(UnknownKeyError) as caught:
        parse_keys(value)
    assert caught.value.name == unknown


@pytest.mark.parametrize(
    "value",
    [
        [],
        None,
        True,
        [True],
        [None],
        12,
        [-1],
        3.5,
        {"ctrl": "c"},
        [["ctrl", "c"]],
        list("abcdefg"),
        "a+b+c+d+e+f+g",
        ["a"] * 50,
        ["down", "down"],
        ["a", "a"],
        ["ctrl", "a", "A"],
        ["ctrl+a", "delete"],
        ["ctrl+a", "ctrl+c"],
    ],
)
def test_what_is_no_chord(value):
    with pytest.raises(KeysError) as caught:
        parse_keys(value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ctrl", ("ctrl",)),
        ("ctrl+shift", ("ctrl", "shift")),
        ("Shift", ("shift",)),
        ('["ctrl"]', ("ctrl",)),
        ("ctrl+a", None),
        ("a", None),
        ("", None),
        ("the Control Panel", None),
        ("ctrl+foo", None),
    ],
)
def test_parse_modifiers(text, keys):
    assert parse_modifiers(text) == keys


characters = st.characters(exclude_categories=["C", "Z", "M"])
one_key = st.sampled_from(sorted(SPECIAL_KEYS)) | characters.filter(str.isprintable)


@given(one_key)
def test_a_canonical_name_is_canonical(key):
    assert canonical(canonical(key)) == canonical(key)
    assert parse_keys(key) == parse_keys([key]) == (canonical(key),)


@given(st.lists(one_key.filter(lambda key: key.lower() == key), unique=True, min_size=1, max_size=6))
def test_chords_round_trip_as_lists(keys):
    assert parse_keys(keys) == tuple(canonical(key) for key in keys)
    assert parse_keys(parse_keys(keys)) == parse_keys(keys)


@given(st.lists(st.sampled_from(sorted(SPECIAL_KEYS)), unique=True, max_size=5), st.sampled_from("abz09+-'([,"))
def test_chords_round_trip_as_text(keys, last):
    assert parse_keys("+".join([*keys, last])) == (*keys, last)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.text("+-ctrl['\", ]", max_size=12),
    lambda inner: st.lists(inner, max_size=8),
    max_leaves=10,
)


@given(anything)
def test_any_value_is_a_chord_of_known_keys_or_an_error(value):
    try:
        keys = parse_keys(value)
    except KeysError:
        return
    assert 1 <= len(keys) <= MAX_CHORD_KEYS
    assert len(set(keys)) == len(keys)
    assert all(canonical(key) == key for key in keys)


def test_modifiers_are_keys():
    assert MODIFIERS < SPECIAL_KEYS
    assert all(parse_modifiers(key) == (key,) for key in MODIFIERS)
