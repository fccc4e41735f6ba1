"""
The page on which a customer answers, by its link: open to whoever has the link, and showing nothing of anybody else.

No session, no cookie, no script. There is no token against forged forms: nothing that a browser keeps gives any right
here, the link alone does, and a form sent twice changes nothing.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.forms import refuse_unlisted
from jiuzhou.web.accounts.lock import address_of
from jiuzhou.web.collect.questionnaires import LONGEST_COMMENT
from jiuzhou.web.collect.writes.answers import Question, give_answer, question_of
from jiuzhou.web.ledger.limits import count_at_door
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import InvalidError, NotFoundError, ProtocolError, StaleError

FIELDS = ("score", "comment", "version")
MOST_BYTES = 16 * 1024
_POLICY = {
    "script-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "connect-src": [NONE],
    "worker-src": [NONE],
    "font-src": [SELF],
    "form-action": [SELF],
}


@csp_replace(_POLICY)
def answer(request: HttpRequest, text: str) -> HttpResponse:
    """Show the question of a link and the answer as it stands, or keep what was answered."""
    now, sends = timezone.now(), request.method == "POST"
    if sends and not _is_small(request):
        raise ProtocolError(413, "surveys.too_large")
    count_at_door(address_of(request), "answer" if sends else "look", now=now)
    question = question_of(text, now=now)
    if question is None:
        return _private(render(request, "service/answer_closed.html", status=410))
    wrong: dict[str, Message] = {}
    if sends:
        count_at_door(f"link:{text}", "link", now=now)
        refuse_unlisted(request.POST, FIELDS)
        wrong = _kept(request, text)
        if not wrong:
            return _private(HttpResponseRedirect(f"{request.path}?lang={language_of(request)}", status=303))
        question = question_of(text, now=now) or question
    context = _context(request, question) | {"wrong": wrong}
    return _private(render(request, "service/answer.html", context, status=422 if wrong else 200))


def _kept(request: HttpRequest, text: str) -> dict[str, Message]:
    # What is wrong with the answer, by field; empty where it is kept.
    score, version = _whole(request, "score"), _whole(request, "version")
    if score is None:
        return {"score": say("surveys.score_missing")}
    try:
        give_answer(
            text,
            score=score,
            comment=request.POST.get("comment", ""),
            language=language_of(request),
            version=version or 0,
            now=timezone.now(),
        )
    except InvalidError as error:
        return dict(error.fields)
    except (StaleError, NotFoundError):
        return {"score": say("surveys.answered_meanwhile")}
    return {}


def _context(request: HttpRequest, question: Question) -> dict[str, object]:
    lang, given, sent = language_of(request), question.given, request.POST
    chosen = sent.get("score", "") if sent else str(given.score) if given else ""
    until = timezone.localtime(given.until, ZoneInfo(question.zone)) if given else None
    return {
        "question": question,
        "title": question.title[lang],
        "text": question.text[lang],
        "choices": [(score, str(score) == chosen) for score in question.scores],
        "comment": sent.get("comment", "") if sent else given.comment if given else "",
        "version": given.version if given else 0,
        "ends": (f"surveys.least_{question.kind}", f"surveys.most_{question.kind}"),
        "most_comment": LONGEST_COMMENT,
        "until": f"{until:%Y-%m-%d %H:%M}" if until else "",
        "other": "zh" if lang == "en" else "en",
        "many": len(question.scores) > 7,
    }


def _whole(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _is_small(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdigit() and int(length) <= MOST_BYTES


def _private(response: HttpResponse) -> HttpResponse:
    # The link must not travel on in a Referer, nor be found by a search engine or kept by a cache.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
