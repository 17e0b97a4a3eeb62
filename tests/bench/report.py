"""What a measurement found: tables of figures, and targets that they meet or miss. Plain data, as JSON and to print."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

SPREAD = 1.5
"""A 90th percentile of more than this many medians, and the machine was busy with something else."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds of several runs of the same."""

    median: float
    minimum: float
    p90: float
    runs: int

    @classmethod
    def of(cls, times: Sequence[float]) -> Timing:
        """Raises `ValueError` without any."""
        if not times:
            raise ValueError("nothing was measured")
        p90 = statistics.quantiles(times, n=10, method="inclusive")[-1] if len(times) > 1 else times[0]
        return cls(statistics.median(times), min(times), p90, len(times))

    def __str__(self) -> str:
        digits = 0 if self.median >= 100 else 1
        return f"{self.median:.{digits}f} ({self.minimum:.{digits}f}, {self.p90:.{digits}f})"


@dataclass(frozen=True)
class Ratio:
    """How many times as much as what it is compared with."""

    times: float

    def __str__(self) -> str:
        return f"x {self.times:.2f}" if self.times < 10 else f"x {self.times:.0f}"


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    def __str__(self) -> str:
        return f"{self.count} of {self.of}"


Cell = Timing | Ratio | Share | float | str | None
"""A float is printed as it is, None as a dash: it does not do that."""


@dataclass(frozen=True)
class Table:
    """Rows of a name and cells."""

    title: str
    columns: tuple[str, ...]
    """The first names the rows."""
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    notes: tuple[str, ...] = ()

    def print(self, console: Console) -> None:
        """Onto the console."""
        table = RichTable(title=self.title, caption="\n".join(self.notes) or None, title_justify="left")
        for number, name in enumerate(self.columns):
            table.add_column(name, justify="right" if number else "left")
        for name, cells in self.rows:
            table.add_row(name, *map(_printed, cells))
        console.print(table)

    def spread(self) -> list[str]:
        """Rows whose figures went far apart."""
        wide = [name for name, cells in self.rows for cell in cells if _is_wide(cell)]
        return list(dict.fromkeys(wide))


@dataclass(frozen=True)
class Target:
    """A figure that is to be at most so much."""

    what: str
    value: float
    most: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """False also where nothing could be measured (NaN)."""
        return self.value <= self.most

    def __str__(self) -> str:
        return f"{self.value:.4g} of at most {self.most:.4g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Report:
    """What one part of the bench found."""

    tables: tuple[Table, ...] = ()
    targets: tuple[Target, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    def data(self) -> dict[str, Any]:
        """As JSON types."""
        targets = [{**asdict(target), "met": target.is_met} for target in self.targets]
        return {"tables": [_table_data(table) for table in self.tables], "targets": targets, "warnings": self.warnings}

    @classmethod
    def read(cls, data: dict[str, Any]) -> Report:
        """What `data` made."""
        targets = [{name: value for name, value in target.items() if name != "met"} for target in data["targets"]]
        return cls(
            tuple(map(_table_of, data["tables"])),
            tuple(Target(**target) for target in targets),
            tuple(data["warnings"]),
        )

    def print(self, console: Console) -> None:
        """Tables, then targets, then what makes them doubtful."""
        for table in self.tables:
            table.print(console)
        for target in self.targets:
            word, style = ("met", "green") if target.is_met else ("NOT MET", "red")
            console.print(f"  [{style}]{word:7}[/] {target.what}: {target}", highlight=False)
        for warning in self.warnings:
            console.print(f"  [yellow]{warning}[/]", highlight=False)


def medians(times: dict[str, list[float]]) -> dict[str, Timing]:
    """Each row's figures."""
    return {name: Timing.of(values) for name, values in times.items()}


def spread_warnings(tables: Iterable[Table]) -> tuple[str, ...]:
    """A line for each table with rows that went far apart."""
    found = ((table.title, table.spread()) for table in tables)
    return tuple(f"noise in “{title}”: {', '.join(rows)}" for title, rows in found if rows)


def _printed(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell >= 1000 else f"{cell:.4g}"
    return str(cell)


def _is_wide(cell: Cell) -> bool:
    return isinstance(cell, Timing) and cell.runs > 4 and cell.p90 > SPREAD * cell.median


_KINDS = {kind.__name__.lower(): kind for kind in (Timing, Ratio, Share)}


def _cell_data(cell: Cell) -> Any:
    kind = type(cell).__name__.lower()
    return {kind: asdict(cell)} if kind in _KINDS else cell  # type: ignore[call-overload]


def _cell_of(data: Any) -> Cell:
    if not isinstance(data, dict):
        return data
    ((kind, fields),) = data.items()
    return _KINDS[kind](**fields)


def _table_data(table: Table) -> dict[str, Any]:
    rows = [{"name": name, "cells": list(map(_cell_data, cells))} for name, cells in table.rows]
    return {"title": table.title, "columns": table.columns, "rows": rows, "notes": table.notes}


def _table_of(data: dict[str, Any]) -> Table:
    rows = tuple((row["name"], tuple(map(_cell_of, row["cells"]))) for row in data["rows"])
    return Table(data["title"], tuple(data["columns"]), rows, tuple(data["notes"]))
