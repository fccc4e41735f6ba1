"""What every command shares: its language, its options, how it speaks and how it ends."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jiuzhou.adapters.texts import LANGS, Lang, render
from jiuzhou.kernel.message import Message, say

if TYPE_CHECKING:
    from rich.progress import TaskID

    from jiuzhou.collect.gathering import Progress

Function = TypeVar("Function", bound=Callable[..., Any])


def chosen_lang(arguments: list[str] | None = None) -> Lang:
    """Return the language of ``--lang``, else of ``JIUZHOU_LANG``, else of the terminal: Chinese or, else, English."""
    given = sys.argv[1:] if arguments is None else arguments
    for index, argument in enumerate(given):
        name, _, value = argument.partition("=")
        if name == "--lang":
            wanted = value or (given[index + 1] if index + 1 < len(given) else "")
            if wanted in LANGS:
                return "zh" if wanted == "zh" else "en"
    spoken = os.environ.get("JIUZHOU_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if spoken.lower().startswith("zh") else "en"


def text(code: str, **params: Any) -> str:
    """Return the catalogue's sentence in the language of this call."""
    return render(say(code, **params), chosen_lang())


class Option(click.Option):
    """An option whose help is a code of the catalogue."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's name and its help in the language of this call."""
        record = super().get_help_record(ctx)
        code = self.help or ""
        return (record[0], record[1].replace(code, text(code))) if record and code.startswith("cli.") else record


class Spoken(click.Command):
    """A command or group whose help is a code of the catalogue."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first line of the help, whole."""
        return text(self.help or "").splitlines()[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the language of this call."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text(self.help or ""))

    def get_help(self, ctx: click.Context) -> str:
        """Return the page of help, with the words that click itself writes in the language of this call."""
        page = super().get_help(ctx)
        if chosen_lang() == "zh":
            for word, code in _OF_CLICK.items():
                page = page.replace(word, text(code))
        return page


# Longer phrases first: a shorter one may be part of them.
_OF_CLICK = {
    "Show this message and exit.": "cli.help_help",
    "Show the version and exit.": "cli.help_version",
    "COMMAND [ARGS]...": "cli.help_command",
    "[OPTIONS]": "cli.help_given",
    "[required]": "cli.help_required",
    "[default: ": "cli.help_default",
    "Usage:": "cli.help_usage",
    "Options:": "cli.help_options",
    "Commands:": "cli.help_commands",
}


class Word(Spoken):
    """A command whose help is a code of the catalogue."""


class Words(Spoken, click.Group):
    """A group of commands whose help is a code of the catalogue."""


def expected(kind: click.ParamType[Any]) -> Message:
    """Return what a parameter of ``kind`` takes."""
    if isinstance(kind, click.Choice):
        return say("cli.takes_choice", choices=", ".join(map(str, kind.choices)))
    if isinstance(kind, click.IntRange | click.FloatRange):
        return say("cli.takes_range", low=kind.min, high=kind.max)
    if isinstance(kind, click.DateTime):
        return say("cli.takes_day")
    return say("cli.takes_number" if kind.name in ("integer", "float") else "cli.takes_text")


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:
    """Return a decorator that adds an option whose help is a code of the catalogue."""
    return click.option(*names, cls=Option, **settings)


def common(function: Function) -> Function:
    """Add the options that every command takes."""
    for decorate in (
        option("--seed", type=int, default=7, show_default=True, help="cli.option_seed"),
        option("--json", "as_json", is_flag=True, help="cli.option_json"),
        option("--lang", type=click.Choice(LANGS), default=None, help="cli.option_lang"),
    ):
        function = decorate(function)
    return function


@dataclass(frozen=True, slots=True)
class Speaker:
    """How a command tells what it did: sentences, or one JSON value, on standard output; progress on standard error."""

    lang: Lang
    as_json: bool

    @classmethod
    def of(cls, lang: str | None, as_json: bool) -> Speaker:
        """Return the speaker for a command's own ``--lang`` and ``--json``."""
        return cls("zh" if lang == "zh" else "en" if lang == "en" else chosen_lang(), as_json)

    def progress(self, word: str) -> None:
        """Say which stage runs now."""
        from rich.console import Console

        Console(stderr=True, highlight=False).print(f"[dim]· {render(say(f'cli.running_{word}'), self.lang)}[/dim]")

    @contextmanager
    def blocks(self) -> Iterator[Callable[[Progress], None]]:
        """Yield what shows how far the reading of a table got, on a terminal: a bar for each table."""
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("  {task.description}"), BarColumn(), TextColumn("{task.fields[rows]:,}"))
        console = Console(stderr=True, highlight=False)
        bars = Bars(*columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal)
        tasks: dict[str, TaskID] = {}
        with bars:

            def announce(progress: Progress) -> None:
                if progress.table not in tasks:
                    tasks[progress.table] = bars.add_task(progress.table, total=progress.size or None, rows=0)
                bars.update(tasks[progress.table], completed=progress.offset, rows=progress.rows)

            yield announce

    def end(self, summary: Mapping[str, Any], *sentences: Message) -> None:
        """Say what was done: ``summary`` as JSON, or the sentences."""
        if self.as_json:
            click.echo(json.dumps(summary, ensure_ascii=False, default=str, allow_nan=False))
            return
        for sentence in sentences:
            click.echo(render(sentence, self.lang))


def written(out: Path) -> Message:
    """Return where the results are."""
    return say("cli.written", folder=str(out.resolve()))
