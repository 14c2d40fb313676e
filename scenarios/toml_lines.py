"""On which line of a TOML text each key and array element stands.

:mod:`tomllib` gives values without places. This scanner walks the same text (which must be valid
TOML: parse it first) and records the line of every path, so that an error can name it.
"""

from attrs import define, field

Path = tuple[str | int, ...]
"""Keys and array indices from the top of the document, e.g. ``("at", 1, "t")``."""

_BARE_END = "=,]}#\n"
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def line_map(text: str) -> dict[Path, int]:
    """Lines (from 1) of all tables, keys and array elements of a valid TOML text."""
    return _Scanner(text.replace("\r\n", "\n")).run()


@define
class _Scanner:
    text: str
    position: int = 0
    line: int = 1
    lines: dict[Path, int] = field(factory=lambda: {(): 1})
    counts: dict[Path, int] = field(factory=dict)
    """Elements seen so far of each array of tables."""

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(newlines=True):
            if self.text.startswith("[", self.position):
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    # --- structure ---------------------------------------------------------------------------

    def _header(self) -> Path:
        is_array = self.text.startswith("[[", self.position)
        line = self.line
        self._advance(2 if is_array else 1)
        keys = self._key()
        self._advance(2 if is_array else 1)
        path: Path = ()
        for depth, key in enumerate(keys):
            path = (*path, key)
            if is_array and depth == len(keys) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
            self.lines.setdefault(path, line)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
                self.lines.setdefault(path, line)
        self.lines[path] = line
        return path

    def _pair(self, table: Path) -> None:
        line = self.line
        path = table
        for key in self._key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._skip(newlines=False)
        self._advance(1)  # the equals sign
        self._skip(newlines=False)
        self._value(path)

    def _key(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(newlines=False)
            keys.append(self._quoted() if self._peek() in "\"'" else self._bare(".=] \t"))
            self._skip(newlines=False)
            if self._peek() != ".":
                return keys
            self._advance(1)

    # --- values ------------------------------------------------------------------------------

    def _value(self, path: Path) -> None:
        first = self._peek()
        if first in "\"'":
            self._quoted()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._bare(_BARE_END)

    def _array(self, path: Path) -> None:
        self._advance(1)
        index = 0
        while self._skip(newlines=True) and self._peek() != "]":
            element = (*path, index)
            self.lines[element] = self.line
            self._value(element)
            index += 1
            self._skip(newlines=True)
            if self._peek() == ",":
                self._advance(1)
        self._advance(1)

    def _inline_table(self, path: Path) -> None:
        self._advance(1)
        while self._skip(newlines=True) and self._peek() != "}":
            self._pair(path)
            self._skip(newlines=True)
            if self._peek() == ",":
                self._advance(1)
        self._advance(1)

    def _quoted(self) -> str:
        quote = self.text[self.position]
        multiline = self.text.startswith(quote * 3, self.position)
        end = quote * 3 if multiline else quote
        self._advance(len(end))
        start = self.position
        while not self.text.startswith(end, self.position):
            self._advance(2 if quote == '"' and self._peek() == "\\" else 1)
        while multiline and self.text.startswith(quote, self.position + 3):
            self._advance(1)  # up to two more quotes belong to the string
        content = self.text[start : self.position]
        self._advance(len(end))
        return _unescape(content) if quote == '"' and not multiline else content

    def _bare(self, end: str) -> str:
        start = self.position
        while self.position < len(self.text) and self.text[self.position] not in end:
            self._advance(1)
        return self.text[start : self.position]

    # --- characters --------------------------------------------------------------------------

    def _peek(self) -> str:
        """The character here; a newline at the end of the text."""
        return self.text[self.position] if self.position < len(self.text) else "\n"

    def _advance(self, count: int) -> None:
        self.line += self.text.count("\n", self.position, self.position + count)
        self.position += count

    def _skip(self, *, newlines: bool) -> bool:
        """Pass blanks and comments; False at the end of the text."""
        blanks = " \t\n" if newlines else " \t"
        while self.position < len(self.text):
            if self._peek() == "#" and newlines:
                self._bare("\n")
            elif self._peek() in blanks:
                self._advance(1)
            else:
                return True
        return False


def _unescape(content: str) -> str:
    """A basic string's text, as a key."""
    if "\\" not in content:
        return content
    out: list[str] = []
    position = 0
    while position < len(content):
        char = content[position]
        position += 1
        if char != "\\":
            out.append(char)
            continue
        mark = content[position]
        digits = {"u": 4, "U": 8}.get(mark, 0)
        if digits:
            out.append(chr(int(content[position + 1 : position + 1 + digits], 16)))
        else:
            out.append(_ESCAPES[mark])
        position += 1 + digits
    return "".join(out)
