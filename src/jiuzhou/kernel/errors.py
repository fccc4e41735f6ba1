"""
What can go wrong for a caller, as a tree; a class lives beside the function that raises it.

    JiuzhouError                      code, params; never shown as a stack trace
    ├── InputError        exit 2      a wrong call, or input that cannot be read
    │   ├── BookError                 collect, adapters: a folder, file or table that is no Book
    │   ├── PolicyError               a policy that contradicts itself, or a name it does not know
    │   ├── RuleError                 a rule that does not parse or does not type
    │   └── …
    └── RefusedError      exit 3      understood and refused: infeasible, or against a stated limit

"No good answer" is not an exception: stages return it as ``Violation`` values inside their result.
"""

from __future__ import annotations

from typing import ClassVar

from jiuzhou.kernel.message import Message, Param


class JiuzhouError(Exception):
    """
    The root of every error that is meant for a person.

    Parameters
    ----------
    code
        Code in the catalogue, ``<word>.<what>``. The sentence it names states the place (file, row, column) and the
        remedy.
    params
        The values of that sentence.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, code: str, **params: Param) -> None:
        self.message = Message(code, params)
        super().__init__(f"{code}: " + ", ".join(f"{name}={value!r}" for name, value in params.items()))

    @property
    def code(self) -> str:
        """The code of the message."""
        return self.message.code


class InputError(JiuzhouError):
    """A wrong call, or input that cannot be read."""


class BookError(InputError):
    """A folder, file or table that is no Book."""


class PolicyError(InputError):
    """A policy that contradicts itself, or says something no stage understands."""


class RuleError(InputError):
    """A rule that does not parse, or compares what cannot be compared."""


class RefusedError(JiuzhouError):
    """Understood, and refused with a reason: infeasible, or against a limit."""

    exit_code: ClassVar[int] = 3
