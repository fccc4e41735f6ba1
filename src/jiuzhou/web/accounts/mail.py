"""
Letters to people: one subject and one text from the catalogue, in the reader's language.

They are handed over beside the request, one after the other, so that neither a slow mail server nor its answer shows
whether an address is known.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.mail import EmailMessage

from jiuzhou.adapters.texts import Lang, render
from jiuzhou.kernel.message import Message, Param

_post = ThreadPoolExecutor(max_workers=1, thread_name_prefix="letters")
_log = logging.getLogger(__name__)


def can_mail() -> bool:
    """Return whether there is a mail server (``JIUZHOU_MAIL``)."""
    return bool(settings.MAIL)


def send_letter(kind: str, to: str, language: str, **params: Param) -> None:
    """
    Send the letter ``accounts.letter_<kind>`` with its subject ``accounts.subject_<kind>``; nothing without a server.

    Parameters
    ----------
    to
        One address.
    language
        ``zh`` or ``en``.
    """
    if not can_mail():
        return
    lang: Lang = "en" if language == "en" else "zh"
    subject = render(Message(f"accounts.subject_{kind}"), lang)
    text = render(Message(f"accounts.letter_{kind}", params), lang)
    _post.submit(_hand_over, EmailMessage(subject, text, to=[to]))


def wait_for_letters() -> None:
    """Wait until every letter so far is handed over."""
    _post.submit(int).result()


def _hand_over(letter: EmailMessage) -> None:
    try:
        letter.send()
    except OSError:
        _log.exception("a letter could not be handed over")
