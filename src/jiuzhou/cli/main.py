"""``jiuzhou``: the words of the loop in their order, and how a wrong call ends."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

# Before numpy loads: threads of the linear algebra spin where cores are few, and change last digits.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from jiuzhou import __version__
from jiuzhou.adapters.reasons import why
from jiuzhou.adapters.texts import render
from jiuzhou.cli.words import Option, Words, chosen_lang, expected
from jiuzhou.kernel.errors import InputError, JiuzhouError
from jiuzhou.kernel.message import Message, say

# In the loop's order, which an alphabetical list would lose; then what keeps the application running. Each loads its
# libraries only when it is called.
COMMANDS = {
    "demo": "jiuzhou.cli.demo:demo",
    "cycle": "jiuzhou.cli.cycle:cycle",
    "collect": "jiuzhou.cli.stages:collect",
    "duplicates": "jiuzhou.cli.duplicates:duplicates",
    "verify": "jiuzhou.cli.verify:verify",
    "export": "jiuzhou.cli.round_trip:export",
    "import": "jiuzhou.cli.round_trip:take_over",
    "evaluate": "jiuzhou.cli.stages:evaluate",
    "divide": "jiuzhou.cli.divide:divide",
    "resource": "jiuzhou.cli.stages:resource",
    "assign": "jiuzhou.cli.assign:assign",
    "explain": "jiuzhou.cli.assign:explain",
    "rules": "jiuzhou.cli.assign:rules",
    "serve": "jiuzhou.cli.stages:serve",
    "monitor": "jiuzhou.cli.stages:monitor",
    "web": "jiuzhou.cli.web:web",
    "work": "jiuzhou.cli.web:work",
    "setup": "jiuzhou.cli.web:setup",
    "check-deploy": "jiuzhou.cli.deploy:check_deploy",
    "backup": "jiuzhou.cli.backup:backup",
    "restore": "jiuzhou.cli.backup:restore",
    "warm": "jiuzhou.cli.demo:warm",
}


class Program(Words):
    """The group of all words, whose help keeps the loop's order and speaks the caller's language."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the loop's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, loading it now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the call names; an unknown one is answered with the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = ", ".join(difflib.get_close_matches(args[0], COMMANDS, 1)) or ", ".join(COMMANDS)
            raise InputError("cli.no_such_command", command=args[0], near=near)
        return super().resolve_command(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the program is, and the loop."""
        super().format_help_text(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text("collect → evaluate → divide → resource → assign → serve → monitor → …")


@click.group(cls=Program, name="jiuzhou", help="cli.program", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jiuzhou")
@click.option("--lang", type=click.Choice(["zh", "en"]), cls=Option, expose_value=False, help="cli.option_lang")
def program() -> None:
    """Divide and allocate a company's customers."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and end the process: 0 done, 2 wrong call or unreadable input, 3 refused with reasons."""
    try:
        done = program.main(arguments, prog_name="jiuzhou", standalone_mode=False)
    except JiuzhouError as error:
        _fail(error.message, error.exit_code)
    except click.NoSuchOption as error:
        near = ", ".join(error.possibilities or ())
        _fail(say("cli.no_such_option", option=error.option_name, near=near), 2)
    except click.MissingParameter as error:
        _fail(say("cli.missing_parameter", name=_name(error.param)), 2)
    except click.BadParameter as error:
        takes = expected(error.param.type) if error.param else ""
        _fail(say("cli.bad_parameter", name=_name(error.param), takes=takes), 2)
    except click.ClickException as error:
        words = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "jiuzhou"
        _fail(say("cli.wrong_call", command=words), 2)
    except OSError as error:
        _fail(say("cli.disk", file=str(error.filename or ""), reason=why(error)), 2)
    except (click.Abort, KeyboardInterrupt):
        _fail(say("cli.stopped"), 130)
    sys.exit(done if isinstance(done, int) else 0)


def _name(parameter: click.Parameter | None) -> str:
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return parameter.human_readable_name if parameter else ""


def _fail(message: Message, exit_code: int) -> NoReturn:
    click.echo(render(message, chosen_lang()), err=True)
    sys.exit(exit_code)
