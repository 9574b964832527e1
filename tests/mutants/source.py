"""A source file with its positions: where a node begins, and which words stand between two nodes."""

from __future__ import annotations

import ast
import io
import tokenize
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple


class Word(NamedTuple):
    """A token by its offsets."""

    start: int
    end: int
    text: str


class Source:
    """`ast` counts columns in bytes and `tokenize` in characters; offsets here are characters from the file's start."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        self._words = [Word(self._at(token.start), self._at(token.end), token.string) for token in tokens if token.string.strip()]

    def _at(self, place: tuple[int, int]) -> int:
        return self._starts[place[0] - 1] + place[1]

    def start(self, node: ast.AST) -> int:
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        return self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _offset(self, line: int, column: int) -> int:
        text = self.lines[line - 1]
        return self._starts[line - 1] + (column if text.isascii() else len(text.encode()[:column].decode()))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - self._starts[line - 1] + 1

    def words(self, start: int, end: int) -> list[Word]:
        """The tokens that begin between two offsets; comments are among them."""
        return self._words[bisect_left(self._words, (start,)) : bisect_left(self._words, (end,))]

    def between(self, left: ast.AST, right: ast.AST, *texts: str) -> tuple[int, int] | None:
        """Where the operator `texts` (one word, or two such as `not in`) stands between two nodes."""
        words = self.words(self.end(left), self.start(right))
        for number, word in enumerate(words):
            if tuple(each.text for each in words[number : number + len(texts)]) == texts:
                return word.start, words[number + len(texts) - 1].end
        return None
