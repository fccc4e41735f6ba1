"""What every command shares: its language, its options, how it speaks and how it ends."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from jiuzhou.adapters.texts import LANGS, Lang, render
from jiuzhou.kernel.message import Message, say

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


class Word(click.Command):
    """A command whose help is a code of the catalogue."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first line of the help, whole."""
        return text(self.help or "").splitlines()[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the language of this call."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text(self.help or ""))


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

    def end(self, summary: Mapping[str, Any], *sentences: Message) -> None:
        """Say what was done: ``summary`` as JSON, or the sentences."""
        if self.as_json:
            click.echo(json.dumps(summary, ensure_ascii=False, default=str, allow_nan=False))
            return
        for sentence in sentences:
            click.echo(render(sentence, self.lang))
