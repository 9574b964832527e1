"""Charts drawn on the server as SVG: no script, no outside file; the numbers stand beside them as text."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape

from markupsafe import Markup

WIDTH, ROW, LABEL = 400, 44, 22


def bars(labels: Sequence[str], scores: Sequence[str | int], winners: Sequence[int], unit: str) -> Markup:
    """Horizontal bars, one under each label; winners (by place, from 0) in the strong colour."""
    values = [Fraction(str(score)) for score in scores]
    most = max([*values, Fraction(1)])
    height = ROW * len(labels) + 8
    parts = [f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(_spoken(labels, scores, unit))}">']
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        top = ROW * place + 4
        length = int(max(value, Fraction(0)) / most * (WIDTH - 60))
        won = " won" if place in winners else ""
        parts.append(f'<text class="label{won}" x="0" y="{top + 15}">{escape(_short(label))}<title>{escape(label)}</title></text>')
        parts.append(f'<rect class="bar{won}" x="0" y="{top + LABEL}" width="{max(length, 2)}" height="12" rx="6"></rect>')
        parts.append(f'<text class="score" x="{max(length, 2) + 8}" y="{top + LABEL + 11}">{escape(_rounded(value))}</text>')
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - every text in it is escaped above


def _spoken(labels: Sequence[str], scores: Sequence[str | int], unit: str) -> str:
    return "; ".join(f"{label}: {score} {unit}" for label, score in zip(labels, scores, strict=True))


def _rounded(value: Fraction) -> str:
    """A whole number as it is, another to two places: the table has it exactly.

    >>> _rounded(Fraction(1200)), _rounded(Fraction(29, 3))
    ('1200', '9.67')
    """
    return str(value) if value.denominator == 1 else f"{float(value):.2f}"


def _short(label: str) -> str:
    """As much of a label as fits the chart's width in bold letters; the whole of it shows where one points, and in the table."""
    return label if len(label) <= 44 else label[:43] + "…"
