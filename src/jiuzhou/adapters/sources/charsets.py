"""The encoding of a text: found out for certain or refused, never guessed into nonsense."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from jiuzhou.collect.aliases import column_of
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.tables import TABLES

UTF8 = "utf-8"
STATED = (
    *(UTF8, "utf-16-le", "utf-16-be", "gb18030", "cp950", "big5", "big5hkscs", "cp932", "shift_jis", "euc_jp"),
    *("cp949", "euc_kr", "cp1250", "cp1251", "cp1252", "koi8_r"),
)
"""Encodings a person may state for a file that does not give its own away."""

_SIMPLER = {"euc_jis_2004": "euc_jp", "shift_jis_2004": "cp932"}
_CHUNK, _HEAD, _SAMPLE = 1 << 20, 4096, 1 << 18
_BOMS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_FEW = 20
_LEGACY = ("gb18030", "cp950", "big5hkscs")
_USUAL, _SURE = 0.6, 0.9
_ENOUGH, _MANY, _PREVIEW = 8, 30, 60


def encoding_of(path: Path) -> str:
    """
    Return the name of the encoding of a text file, one of ``STATED``.

    A mark at its beginning decides, else its bytes: UTF-8 has to fit to the last byte; two zero bytes in few signs are
    UTF-16; GB18030 and Big5 have to fit, to use the signs that people use, and to have no rival.

    Raises
    ------
    BookError
        If that is not certain; it shows how the file would begin in the likeliest encoding.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _checked(path, name)
    zeros = head.count(0)
    if zeros * _FEW > len(head):
        return _checked(path, _order(head))
    at = _first_flaw(path, UTF8)
    if at is None:
        return UTF8
    if zeros and _is_plausible(head.decode(_order(head), "ignore")) and _first_flaw(path, _order(head)) is None:
        return _order(head)
    sample = _sample(path)
    if _is_mixed(path, at):
        raise BookError("adapters.mixed_encoding", file=path.name, row=_row_at(path, at))
    fitting = [name for name in _LEGACY if _first_flaw(path, name) is None]
    found = _likeliest(sample, fitting)
    if found is None:
        raise _unsure(path, sample)
    return found


def as_utf8(path: Path, encoding: str, folder: Path) -> Path:
    """
    Return ``path`` itself where it is UTF-8, else a copy in ``folder`` that is; written piece by piece.

    Raises
    ------
    BookError
        If the file has bytes that are no text in ``encoding``.
    """
    if encoding == UTF8:
        return path
    if encoding not in STATED:
        raise BookError("adapters.unknown_codec", encoding=encoding, known=", ".join(STATED))
    decoder = codecs.getincrementaldecoder(encoding)()
    copy = folder / f"{len(list(folder.iterdir()))}.utf8"
    try:
        with path.open("rb") as file, copy.open("wb") as out:
            while chunk := file.read(_CHUNK):
                out.write(decoder.decode(chunk).encode())
            out.write(decoder.decode(b"", final=True).encode())
    except UnicodeError:
        raise BookError("adapters.wrong_encoding", file=path.name, encoding=encoding) from None
    return copy


def _checked(path: Path, encoding: str) -> str:
    at = _first_flaw(path, encoding)
    if at is not None:
        raise BookError("adapters.wrong_encoding", file=path.name, encoding=encoding)
    return encoding


def _order(head: bytes) -> str:
    # Two bytes for each sign: separators, digits and line ends have their zero in the one half or the other.
    return "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"


def _is_plausible(text: str) -> bool:
    usual = sum(sign < "\u0250" or "\u3000" <= sign < "\ua000" or sign >= "\uff00" for sign in text)
    return usual > _SURE * len(text)


def _first_flaw(path: Path, encoding: str) -> int | None:
    """Return about where the file stops being text in ``encoding``, in bytes; ``None`` where it never does."""
    decoder = codecs.getincrementaldecoder(encoding)()
    is_ascii_text = encoding not in ("utf-16-le", "utf-16-be")
    at, pending = 0, False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if not (is_ascii_text and not pending and chunk.isascii()):
                try:
                    decoder.decode(chunk)
                except UnicodeError as error:
                    return at + getattr(error, "start", 0)
                pending = bool(decoder.getstate()[0])
            at += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return at - 1
    return None


def _sample(path: Path) -> bytes:
    # From the first line with a sign beyond ASCII on: a file may have ids alone for megabytes.
    with path.open("rb") as file:
        line = b""
        while (chunk := file.read(_CHUNK)) and chunk.isascii():
            line = chunk[chunk.rfind(b"\n") + 1 :]
        text = line + chunk
        first = next((index for index in range(len(line), len(text)) if text[index] > 0x7F), 0)
        begin = text.rfind(b"\n", 0, first) + 1
        return text[begin : begin + _SAMPLE]


def _is_mixed(path: Path, flaw: int) -> bool:
    """Return whether what stands before ``flaw`` is UTF-8 with signs beyond ASCII, and enough to be no accident."""
    with path.open("rb") as file:
        file.seek(max(0, flaw - _CHUNK))
        before = file.read(min(flaw, _CHUNK)).decode(UTF8, "ignore")
    return sum(sign > "\u02ff" for sign in before) >= _ENOUGH


def _row_at(path: Path, offset: int) -> int:
    row, left = 1, offset
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(left, _CHUNK))):
            row += chunk.count(b"\n")
            left -= len(chunk)
    return row


def _likeliest(sample: bytes, fitting: list[str]) -> str | None:
    shares = {name: _common_share(sample, name) for name in fitting}
    gb, big5 = shares.get("gb18030", 0.0), max((shares[name] for name in fitting if name != "gb18030"), default=0.0)
    count = sum(byte > 0x7F for byte in sample) // 2
    if "gb18030" in fitting and _names_a_column(sample.decode("gb18030", "ignore")):
        return "gb18030"
    # A second opinion, from the frequencies of languages: Korean and Japanese bytes pass for everyday Chinese signs.
    opinion = _opinions(sample)[:1]
    if opinion == ["gb18030"] and gb >= big5 and (gb >= _USUAL or count >= _MANY):
        return "gb18030"
    if opinion in (["big5"], ["cp950"], ["big5hkscs"]) and big5 >= _SURE and big5 - gb >= 0.2 and count >= _ENOUGH:
        return next(name for name in fitting if name != "gb18030")
    return None


def _names_a_column(text: str) -> bool:
    cells = re.split(r"[,;|\t\r\n\"]+", text[:_HEAD])
    return any(not cell.isascii() and column_of(table, cell) is not None for cell in cells for table in TABLES)


def _opinions(sample: bytes) -> list[str]:
    from charset_normalizer import from_bytes

    some = sample[:_HEAD]
    lines = some[: some.rfind(b"\n") + 1]  # half a sign at the end would speak against every encoding
    return [_SIMPLER.get(found.encoding, found.encoding) for found in from_bytes(lines or some)]


def _common_share(sample: bytes, encoding: str) -> float:
    """Return the share of the signs beyond ASCII that are everyday ones; other text decodes too, as rare ones."""
    letters, low = ((0xB0, 0xD7), 0xA1) if encoding == "gb18030" else ((0xA4, 0xC6), 0x40)
    pairs = [sign.encode(encoding) for sign in sample.decode(encoding, "ignore") if sign > "\x7f"]
    return sum(_is_common(pair, letters, low) for pair in pairs) / max(len(pairs), 1)


def _is_common(pair: bytes, letters: tuple[int, int], low: int) -> bool:
    return len(pair) == 2 and (0xA1 <= pair[0] <= 0xA3 or letters[0] <= pair[0] <= letters[1]) and pair[1] >= low


def _unsure(path: Path, sample: bytes) -> BookError:
    guess = next((name for name in _opinions(sample) if name in STATED), "cp1252")
    preview = " ".join(sample[:_HEAD].decode(guess, "replace").split())[:_PREVIEW]
    return BookError("adapters.unknown_encoding", file=path.name, guess=guess, preview=preview)
