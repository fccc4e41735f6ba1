"""``jiuzhou backup`` and ``jiuzhou restore``: the data folder in one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from jiuzhou.cli.home import chosen_home, open_standing
from jiuzhou.cli.words import Speaker, Word, common, option
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import say

_PATH = click.Path(path_type=Path)


@click.command(cls=Word, help="cli.backup")
@option("--to", "file", type=_PATH, required=True, help="cli.option_to")
@option("--with-keys", is_flag=True, help="cli.option_with_keys")
@option("--home", type=_PATH, help="cli.option_home")
@common
def backup(file: Path, with_keys: bool, home: Path | None, *, seed: int, as_json: bool, lang: str | None) -> None:
    """Save a data folder into one file."""
    speaker = Speaker.of(lang, as_json)
    folder = chosen_home(home)
    open_standing(folder)
    from jiuzhou.cli.archive import save

    speaker.progress("backup")
    saved = save(file.resolve(), with_keys=with_keys)
    summary = {"file": str(file.resolve()), "bytes": saved.size, "sha256": saved.digest, "facts": saved.facts}
    sentences = [say("backup.saved", file=str(file.resolve()), mib=saved.size / 2**20, facts=saved.facts)]
    sentences.append(say("backup.keys_inside" if with_keys else "backup.keys_apart", home=str(folder)))
    speaker.end(summary, *sentences)


@click.command(cls=Word, help="cli.restore")
@click.argument("file", type=_PATH)
@option("--home", type=_PATH, help="cli.option_home")
@option("--keys", type=_PATH, help="cli.option_keys")
@option("--erased", type=_PATH, help="cli.option_erased")
@common
def restore(
    file: Path,
    home: Path | None,
    keys: Path | None,
    erased: Path | None,
    *,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> None:
    """Bring a backup into an empty data folder, without those who were erased since."""
    from jiuzhou.cli.archive import unpack

    speaker = Speaker.of(lang, as_json)
    folder = chosen_home(home)
    if erased is not None and not erased.is_file():
        raise InputError("backup.no_file", file=str(erased))
    speaker.progress("restore")
    brought = unpack(file.resolve(), folder, keys=keys)
    speaker.progress("verify")
    chain, again = brought.verify(erased.resolve() if erased else None)
    summary = {
        "home": str(folder),
        "created_at": brought.created_at,
        "facts": brought.facts,
        "chain": chain,
        "erased": again,
    }
    sentences = [say("backup.restored", home=str(folder), at=brought.created_at[:16].replace("T", " "))]
    if again:
        sentences.append(say("backup.erased_again", people=again))
    if chain == "unknown":
        sentences.append(say("backup.no_key", home=str(folder)))
    speaker.end(summary, *sentences)
