"""What a word of the command line means: its value, or an error that argparse shows."""

from __future__ import annotations

import argparse
import math
import re


def size(text: str) -> tuple[int, int]:
    """A width and a height: `1280x800`."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like 1280x800")
    return int(match[1]), int(match[2])


def region(text: str) -> tuple[int, int, int, int]:
    """Left, top, width and height: `0,0,800,600`."""
    match = re.fullmatch(r"(-?\d{1,6}),(-?\d{1,6}),(\d{1,6}),(\d{1,6})", text)
    if match is None or not (int(match[3]) and int(match[4])):
        raise argparse.ArgumentTypeError(f"{text!r} is not X,Y,W,H like 0,0,800,600, with W and H from 1 on")
    return int(match[1]), int(match[2]), int(match[3]), int(match[4])


def number(text: str) -> float:
    """Any number."""
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from error


def seconds(text: str) -> float:
    """Seconds from 0 to a week's."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 86_400 * 7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to a week's")
    return seconds


def some_seconds(text: str) -> float:
    """Seconds above 0."""
    some = seconds(text)
    if not some:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return some


def count(text: str) -> int:
    """A whole number from 1 on."""
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return count


def port(text: str) -> int:
    """A TCP port, 0 for any."""
    number = whole(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return number


def amount(text: str) -> float:
    """An amount of money, from 0 on."""
    try:
        money = float(text)
    except ValueError:
        money = -1
    if not 0 <= money < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount from 0 on")
    return money


def price(text: str) -> tuple[float, ...]:
    """Two or three amounts: `1.5,4.5`."""
    parts = text.split(",")
    if len(parts) not in (2, 3):
        raise argparse.ArgumentTypeError(f"{text!r} is not a price like 1.5,4.5: CNY for 1M tokens, read and written")
    return tuple(map(amount, parts))
