"""Which text a label means, on made-up readings of a screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.offline.answering import read_beside
from agent.offline.beside import whole_text
from agent.offline.instructions import Target
from agent.offline.pointing import Unresolved, label_box
from agent.reading.labels import TextBox, edit_distance, find, fold, in_reading_order, nearest, shows


def box(text: str, left: float = 0, top: float = 0, score: float = 0.99, height: float = 16) -> TextBox:
    return TextBox(text, left, top, max(1, 9 * len(text)), height, score)


def row(*texts: str, score: float = 0.99) -> tuple[TextBox, ...]:
    """Texts far enough apart to have nothing to do with each other."""
    return tuple(box(text, left=40, top=60 * i, score=score) for i, text in enumerate(texts))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("browser", "Browser"),
        ("Log in", "Login"),
        ("login", "LOG IN"),
        ("Name", "Name:"),
        ("姓名", "姓名："),
        ("Save as", "Save As..."),
        ("Save as", "Save As…"),
        ("ＯＫ", "OK"),
        ("文件", "文件(F)"),
        ("文件", "文件 (F)"),
        ("Remember me", "☐ Remember me"),
        ("straße", "STRASSE"),
        ("...", "..."),
        ("+", "+"),
    ],
)
def test_exact_looks_past_case_width_space_and_marks_around(name: str, text: str) -> None:
    assert [b.text for b in find([name], row("Other", text, "More")).boxes] == [text]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("browser", "Open browser settings"),
        ("browser", "Browsers"),
        ("Save", "Save As"),
        ("Save As", "Save All"),
        ("Enable", "Unable"),
        ("Encrypt files", "Decrypt files"),
        ("Undo", "Redo"),
        ("Mode 1", "Model"),
        ("Chapter 1", "Chapter 2"),
        ("5", "-5"),
        ("C", "C++"),
        ("登录", "退出登录"),
        ("文件夹", "文件名"),
        ("on", "no"),
        ("", "Save"),
        ("\u200b", "Save"),
    ],
)
def test_a_part_or_another_word_is_no_match(name: str, text: str) -> None:
    assert find([name], row(text)).boxes == ()


@pytest.mark.parametrize(("name", "text"), [("−", "-"), ("-", "−"), ("e-mail", "E‐mail"), ("A – Z", "A-Z")])
def test_a_minus_and_dashes_are_one(name: str, text: str) -> None:
    assert find([name], row(text, "+", "=")).boxes == row(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [("Tool 10", "Tool lO"), ("Illinois", "lllinois"), ("Go", "Go"), ("File", "Fi1e"), ("Blog", "Bloq")],
)
def test_lookalike_characters_are_near(name: str, text: str) -> None:
    assert [b.text for b in find([name], row(text, "Other")).boxes] == [text]


def test_a_wrong_letter_is_forgiven_only_where_the_reader_was_unsure() -> None:
    assert find(["Browser"], row("Browscr", score=0.99)).boxes == ()
    assert [b.text for b in find(["Browser"], row("Browscr", score=0.6)).boxes] == ["Browscr"]
    assert find(["Browser"], row("Brawscr", score=0.6)).boxes == ()
    assert find(["Save"], row("Sove", score=0.6)).boxes == ()
    assert find(["Chapter 1"], row("Chapter 7", score=0.6)).boxes == ()


def test_a_single_character_must_be_read_surely() -> None:
    slash, one = box("1", left=10, score=0.62), box("1", left=90, score=0.99)
    assert find(["1"], [slash, one]).boxes == (one,)
    assert find(["1"], [slash]).boxes == ()
    assert len(find(["="], [box("=", score=0.4)]).boxes) == 1  # a sign is rarely read with confidence, but as itself


def test_an_exact_match_goes_before_a_near_one() -> None:
    assert [b.text for b in find(["Illinois"], row("lllinois", "Illinois")).boxes] == ["Illinois"]


@pytest.mark.parametrize("text", ["(okay)", "(okay", "okay)", "|okay|", "_okay_"])
def test_what_a_button_s_edge_is_read_as_is_looked_past_where_no_label_is_without_it(text: str) -> None:
    assert [b.text for b in find(["okay"], row("cancel", text)).boxes] == [text]
    assert [b.text for b in find(["okay"], row(text, "okay")).boxes] == ["okay"]
    assert len(find(["okay"], row(text, "{okay}")).boxes) == 2
    assert find(["okay"], row(text.replace("okay", "okay now"), "(k)")).boxes == ()
    assert find(["1"], row("(1)")).boxes == ()


def test_the_likeliest_name_is_looked_for_whole_before_the_next() -> None:
    """ "Add item" is no "Add", however it was read."""
    assert [b.text for b in find(["Add item", "Add"], row("Add", "Add ltem")).boxes] == ["Add ltem"]
    assert [b.text for b in find(["Add item", "Add"], row("Add", "Other")).boxes] == ["Add"]


def test_two_near_ones_are_ambiguous() -> None:
    with pytest.raises(Unresolved, match="2 times") as why:
        label_box(Target(("Illinois",)), row("lllinois", "I1linois"))
    assert why.value.is_ambiguous


def test_several_exact_ones_are_ambiguous_and_their_places_are_named() -> None:
    texts = (box("Save", 100, 200), box("save", 300, 400))
    with pytest.raises(Unresolved, match=r"118,208, 318,408") as why:
        label_box(Target(("Save",)), texts)
    assert why.value.is_ambiguous


def test_none_names_the_nearest_texts() -> None:
    with pytest.raises(Unresolved) as why:
        label_box(Target(("Browser",)), row("Open browser settings", "Browse", "Zoo"))
    assert '"Open browser settings", "Browse"' in str(why.value)
    assert "Zoo" not in str(why.value)
    assert not why.value.is_ambiguous


def test_the_whole_name_goes_before_the_name_without_its_role() -> None:
    texts = row("Save", "Save button")
    assert [b.text for b in find(["Save button", "Save"], texts).boxes] == ["Save button"]


def icon(*lines: str, left: float = 50, top: float = 100, flush: bool = False, gap: float = 2) -> tuple[TextBox, ...]:
    """A label of several lines, centred as under an icon, or flush left as in a list."""
    return tuple(
        TextBox(line, left if flush else left - 4.5 * len(line), top + i * (16 + gap), 9 * len(line), 16)
        for i, line in enumerate(lines)
    )


def test_a_label_in_two_lines_is_one_label() -> None:
    texts = (*icon("Web", "Browser"), *row("Files"))
    (found,) = find(["web browser"], texts).boxes
    assert found.center == (50, 117)
    assert find(["Browser"], texts).boxes == ()
    assert find(["Browser"], texts).nearest[0] == "Web Browser"


def test_the_lines_of_a_list_are_labels_of_their_own() -> None:
    texts = icon("Cut", "Copy", flush=True)
    assert [b.text for b in find(["Copy"], texts).boxes] == ["Copy"]
    assert len(find(["Cut Copy"], texts).boxes) == 1


def test_one_list_line_in_a_stack_makes_it_a_list() -> None:
    texts = (*icon("New", "Quit", left=40, flush=True), TextBox("City", 42, 136, 30, 16))
    assert [b.text for b in find(["Quit"], texts).boxes] == ["Quit"]


def test_the_entries_of_a_long_list_are_never_joined() -> None:
    texts = icon("One", "Two", "Three", "Four", "Five")
    assert [b.text for b in find(["Two"], texts).boxes] == ["Two"]
    assert find(["One Two"], texts).boxes == ()


def test_lines_far_apart_or_of_another_size_are_not_one_label() -> None:
    assert [b.text for b in find(["Browser"], icon("Web", "Browser", gap=12)).boxes] == ["Browser"]
    big = TextBox("Web", 30, 60, 40, 34)
    assert [b.text for b in find(["Browser"], (big, *icon("Browser", top=96))).boxes] == ["Browser"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Saved", True),
        ("saved", True),
        ("file saved", True),
        ("The file was saved", True),
        ("ave", False),
        ("on", False),
        ("100 %", True),
        ("10", False),
        ("保存成功", True),
        ("成功", True),
        ("", False),
        ("x y", True),
    ],
)
def test_what_is_shown_is_whole_words(text: str, seen: bool) -> None:
    line = (box("x", 10, 400), box("y", 90, 400))
    texts = (*row("The file was saved.", "File saved", "Button", "100 %", "文件保存成功"), *line)
    assert shows(text, texts) is seen


BLANK = np.full((700, 900, 3), 255, np.uint8)


def test_reading_beside_a_label() -> None:
    texts = (box("Total:", 10, 10), box("42", 100, 11), box("EUR", 140, 10), box("Name", 10, 60), box("Bob", 12, 82))
    assert read_beside(Target(("Total",)), BLANK, texts) == "42 EUR"
    assert read_beside(Target(("Name",)), BLANK, texts) == "Bob"
    assert read_beside(Target(("Sum",)), BLANK, row("Sum: 7")) == "7"
    assert read_beside(Target(("总计",)), BLANK, row("总计：七")) == "七"
    assert whole_text(texts) == "Total: 42 EUR\nName\nBob"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (row("Total"), "plainly belongs"),
        (row("Summe"), "no text"),
        ((*row("Total: 1", "x"), box("Total: 2", 300, 300)), "2 texts"),
    ],
)
def test_what_cannot_be_read_says_why(texts: tuple[TextBox, ...], said: str) -> None:
    with pytest.raises(Unresolved, match=said):
        read_beside(Target(("Total",)), BLANK, texts)


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        ((box("Name", 10, 10), box("City", 10, 32)), "City"),
        ((box("Name", 10, 10), box("City:", 10, 32)), None),
        ((box("Name", 10, 10), box("City", 10, 34), box("Street", 10, 58)), None),
        ((box("Street", 10, 10), box("Name", 10, 34), box("City", 10, 58)), None),
        ((box("Name", 10, 10), box("Bob", 10, 28), box("City", 10, 64), box("Rome", 10, 82)), "Bob"),
        ((box("Name", 10, 10), box("City", 10, 32), box("Rome", 90, 32)), None),
        ((box("Name", 10, 10), box("Bob", 10, 60)), None),
        ((box("Name", 10, 10), box("a line that starts elsewhere", 40, 32)), None),
        ((box("Total", 10, 10), box("42", 90, 10), box("Paid:", 200, 10), box("40", 300, 10)), "42"),
        ((box("Name:", 10, 10), box("City:", 90, 10), box("Rome", 200, 10)), None),
        ((box("Name", 10, 10), box("*", 60, 10)), None),
        ((box("Name: City:", 10, 10),), None),
    ],
)
def test_only_what_plainly_belongs_to_the_label_is_read(texts: tuple[TextBox, ...], value: str | None) -> None:
    if value is None:
        with pytest.raises(Unresolved):
            read_beside(Target(("Name",)), BLANK, texts)
    else:
        assert read_beside(Target(("Name", "Total")), BLANK, texts) == value


def test_reading_order_is_by_lines() -> None:
    texts = (box("c", 5, 50), box("b", 100, 2), box("a", 5, 0))
    assert [b.text for b in in_reading_order(texts)] == ["a", "b", "c"]
    assert in_reading_order([]) == ()


BOXES = st.lists(
    st.builds(
        TextBox,
        st.text(max_size=12),
        st.floats(0, 2000),
        st.floats(0, 2000),
        st.floats(1, 400),
        st.floats(1, 60),
        st.floats(0, 1),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(st.text(max_size=20), BOXES)
def test_whatever_is_found_reads_like_the_label(name: str, texts: list[TextBox]) -> None:
    for found in find([name], texts).boxes:
        alike = (
            fold(found.text).translate(str.maketrans("01i|q", "olllg")),
            fold(name).translate(str.maketrans("01i|q", "olllg")),
        )
        assert edit_distance(*alike, 2) <= 2
    shows(name, texts)
    in_reading_order(texts)


@given(st.text(alphabet="abc", max_size=6), st.text(alphabet="abc", max_size=6))
def test_edit_distance(a: str, b: str) -> None:
    far = edit_distance(a, b, 9)
    assert far == edit_distance(b, a, 9)
    assert (far == 0) == (a == b)
    assert abs(len(a) - len(b)) <= far <= max(len(a), len(b))
    assert edit_distance(a, b, 1) == far or edit_distance(a, b, 1) == 2


def test_the_nearest_are_few() -> None:
    assert nearest("save", ["Save"] * 5 + ["Saved", "Saver", "Savers"]) == ("Save", "Saved", "Saver")
    assert nearest("", ["a"]) == ()


def test_lines_that_are_drawn_apart_are_not_one_label() -> None:
    """Centred under each other they are; not where a tick box stands before the lower, or their grounds differ."""
    upper, lower = box("Web", 29, 10), box("Browser", 11, 26)
    assert find(["Browser"], [upper, lower]).boxes == ()
    marked = replace(lower, marked=True)
    assert find(["Browser"], [upper, marked]).boxes == (marked,)
    over, under = replace(upper, ground=(217, 217, 217)), replace(lower, ground=(40, 30, 28))
    assert find(["Web"], [over, under]).boxes == (over,)
    near = replace(lower, ground=(225, 210, 210))
    assert find(["Web"], [over, near]).boxes == ()


def test_a_tick_box_before_the_first_line_leaves_both_readings() -> None:
    upper, lower = replace(box("Web", 29, 10), marked=True), box("Browser", 11, 26)
    assert find(["Web"], [upper, lower]).boxes == (upper,)
    assert [one.text for one in find(["Web Browser"], [upper, lower]).boxes] == ["Web Browser"]


@pytest.mark.parametrize(("name", "read"), [("+", "十"), ("-", "一"), ("−", "一"), ("十", "+")])
def test_a_sign_alone_is_found_as_the_numeral_that_it_is_read_for(name: str, read: str) -> None:
    assert [one.text for one in find([name], row("5", read, "七")).boxes] == [read]
    assert find([name], row("5", f"{read}月", "七")).boxes == ()
    assert len(find([name], row(name, read)).boxes) == 2


def words(*texts: str, left: float = 40, top: float = 300, score: float = 0.99) -> list[TextBox]:
    """Texts beside each other that may be the words of one label."""
    found: list[TextBox] = []
    for text in texts:
        found.append(replace(box(text, left, top, score), goes_on=bool(found)))
        left = found[-1].right + 10
    return found


def test_words_that_may_go_on_are_one_label_where_it_is_named_and_else_each_its_own() -> None:
    texts = [*row("Other"), *words("Remove", "account")]
    (whole,) = find(["remove account"], texts).boxes
    assert (whole.text, whole.left, whole.right) == ("Remove account", texts[-2].left, texts[-1].right)
    assert find(["Account"], texts).boxes == (texts[-1],)
    assert find(["Remove account now"], texts).boxes == ()
    assert find(["Remove account"], [replace(one, goes_on=False) for one in texts]).boxes == ()
    assert len(find(["Open file from disk"], words("Open file", "from", "disk")).boxes) == 1


def test_a_part_of_a_row_that_may_go_on_is_no_label() -> None:
    """They are the entries of a menu bar, whose click in the middle would be on neither."""
    menu = words("File", "New", "Window", "Help")
    assert find(["New Window"], menu).boxes == ()
    assert find(["New"], menu).boxes == (menu[1],)


def test_a_whole_label_and_words_that_may_be_it_are_two() -> None:
    whole, *parts = box("New File", 40, 500), *words("New", "File")
    assert len(find(["New File"], [whole, *parts]).boxes) == 2
    assert find(["File"], [whole, *parts]).boxes == (parts[1],)


def test_numbers_beside_each_other_are_not_one() -> None:
    assert find(["12"], words("1", "2")).boxes == ()
    assert len(find(["1 2"], words("1", "2")).boxes) == 1
    assert find(["Plan 12"], words("Plan 1", "2")).boxes == ()


def test_of_words_that_go_on_one_may_be_near() -> None:
    assert [one.text for one in find(["Notify Illinois"], words("Notify", "lllinois")).boxes] == ["Notify lllinois"]
    assert find(["Notify Illinois"], words("Notify", "Kansas")).boxes == ()


def test_words_far_from_each_other_do_not_go_on() -> None:
    """As where what stood between them was left out."""
    first, last = box("Remove", 40, 300), replace(box("account", 300, 300), goes_on=True)
    assert find(["Remove account"], [first, last]).boxes == ()


@pytest.mark.parametrize(("text", "line"), [
    ("Saved", "Not saved"), ("Saved", "Not yet saved"), ("errors", "No errors"), ("完成", "未完成"),
    ("保存", "没有保存"), ("work", "It doesn't work"),
])  # fmt: skip
def test_what_a_line_denies_it_does_not_show(text: str, line: str) -> None:
    assert not shows(text, row(line))
    assert shows(line, row(line))
    assert shows(text, row(line, text))


@pytest.mark.parametrize("step", [20, 25])
def test_a_text_over_several_lines_is_shown(step: int) -> None:
    words = ("The order was sent to", "the warehouse, and will", "be delivered on the next", "working day.")
    lines = [box(text, left=40, top=40 + step * i) for i, text in enumerate(words)]
    assert shows("will be delivered on the next working day", lines)
    chinese = ("会议将于明天", "下午三点在二", "楼会议室举", "行")
    lines += [box(text, left=400, top=40 + 20 * i) for i, text in enumerate(chinese)]
    assert shows("会议将于明天下午三点在二楼会议室举行", lines)
    assert not shows("be delivered today", lines)


def test_what_an_edge_is_drawn_below_goes_on_with_nothing() -> None:
    upper, lower = box("Web", left=40, top=40), box("Browser", left=22, top=58)
    assert find(["Web Browser"], [upper, lower]).boxes
    assert find(["Browser"], [upper, lower]).boxes == ()
    closed = replace(upper, closed=True)
    assert find(["Web Browser"], [closed, lower]).boxes == ()
    assert find(["Browser"], [closed, lower]).boxes == (lower,)


@pytest.mark.parametrize(("name", "text"), [
    ("More", "More ▾"), ("Next", "Next ›"), ("Next", "Next →"), ("Back", "← Back"), ("下一页", "下一页 »"),
    ("办事须知", "《办事须知》"), ("Price", "Price ↓"),
])  # fmt: skip
def test_arrows_beside_a_label_are_looked_past_where_no_label_is_without_them(name: str, text: str) -> None:
    assert [b.text for b in find([name], row("Other", text)).boxes] == [text]
    assert [b.text for b in find([name], row(name, text)).boxes] == [name]


def test_a_word_that_was_read_in_two_pieces_is_one() -> None:
    boxes = [box("Al", left=40, top=40), replace(box("l", left=60, top=40), goes_on=True)]
    boxes.append(replace(box("done", left=boxes[-1].right + 5, top=40), goes_on=True))
    assert shows("All done", boxes)
    assert len(find(["All done"], boxes).boxes) == 1
    assert not shows("All", [boxes[0], replace(boxes[1], goes_on=False)])
    numbers = [box("1", left=40, top=40), replace(box("2", left=52, top=40), goes_on=True)]
    assert not shows("12", numbers)


def test_texts_that_meet_at_a_wide_bracket_are_one_label_and_each_its_own() -> None:
    parts = ("我已阅读并同意", "《用户协议》", "和", "《隐私政策》")
    boxes, left = [], 40.0
    for part in parts:
        boxes.append(replace(box(part, left=left, top=40), goes_on=bool(boxes)))
        left = boxes[-1].right + 2
    (whole,) = find(["我已阅读并同意《用户协议》和《隐私政策》"], boxes).boxes
    assert (whole.left, whole.right) == (boxes[0].left, boxes[-1].right)
    assert find(["《用户协议》"], boxes).boxes == (boxes[1],)
    assert find(["我已阅读并同意《用户协议》和"], boxes).boxes == ()
