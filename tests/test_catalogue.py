"""One catalogue, two languages: the same codes, the same placeholders, and none that the code lacks."""

import re
import string
from pathlib import Path

import pytest

from jiuzhou.adapters.texts import LANGS, catalogue

SOURCE = Path(__file__).parents[1] / "src" / "jiuzhou"
_FILE_ENDINGS = (".yaml", ".toml", ".json", ".parquet", ".csv", ".html", ".css", ".jinja")
WORDS = sorted(path.stem for path in (SOURCE / "locale" / "zh").glob("*.po"))


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_codes() -> None:
    assert set(catalogue("zh")) == set(catalogue("en"))


def test_both_sentences_of_a_code_take_the_same_placeholders() -> None:
    differing = {
        code: (placeholders(catalogue("zh")[code]), placeholders(catalogue("en")[code]))
        for code in catalogue("zh")
        if code != "kernel.named" and placeholders(catalogue("zh")[code]) != placeholders(catalogue("en")[code])
    }
    assert differing == {}


def test_no_sentence_is_empty() -> None:
    assert [code for lang in LANGS for code, sentence in catalogue(lang).items() if not sentence.strip()] == []


def test_a_code_lies_in_the_file_of_its_word() -> None:
    for lang in LANGS:
        for path in (SOURCE / "locale" / lang).glob("*.po"):
            codes = re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE)
            assert [code for code in codes if not code.startswith(f"{path.stem}.")] == [], path
            assert len(codes) == len(set(codes)), f"a code twice in {path}"


def test_every_code_in_the_source_has_its_sentence() -> None:
    written = re.compile(rf'"((?:{"|".join(WORDS)})\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)"')
    files = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.jinja")]
    found = {code for path in files for code in written.findall(path.read_text("utf-8"))}
    found = {code for code in found if not code.endswith(_FILE_ENDINGS)}
    assert sorted(found - set(catalogue("zh")) - _names_of_the_web()) == []


def test_every_act_in_the_ledger_has_its_name() -> None:
    text = "".join(path.read_text("utf-8") for path in (SOURCE / "web").rglob("*.py"))
    acts = set(re.findall(r'\brecord\(\s*(?:[^"]{1,80},\s*)"([a-z_]+\.[a-z_]+)"', text))
    acts |= set(re.findall(r'\bverb="((?:action|visit)\.[a-z_]+)"', text))
    assert len(acts) > 50
    assert sorted(act for act in acts if f"settings.act.{act}" not in catalogue("zh")) == []


_NO_CODES = {
    *("customers.customer_id", "demo.jiuzhou.example"),
    *("rules.submit", "rules.withdraw", "privacy.retain", "privacy.rules"),
}
"""A column, a domain, and acts in the ledger, which look like codes and are none."""


def _names_of_the_web() -> set[str]:
    # So do verbs of roles, and kinds of events and of jobs.
    from jiuzhou.web.accounts.roles import VERBS

    verbs = set().union(*VERBS.values())
    kinds = re.compile(r'^    "([a-z_]+\.[a-z_]+)":', re.MULTILINE)
    events = set(re.findall(r'"([a-z]+\.[a-z_]+)"', (SOURCE / "web" / "ledger" / "webhooks.py").read_text("utf-8")))
    return _NO_CODES | verbs | events | set(kinds.findall((SOURCE / "web" / "jobs" / "kinds.py").read_text("utf-8")))


@pytest.mark.parametrize("lang", LANGS)
def test_chinese_is_chinese_and_english_is_not(lang: str) -> None:
    chinese = re.compile("[一-鿿]")
    sentences = catalogue(lang)  # type: ignore[arg-type]
    plain = {code: re.sub(r"\{[^}]*\}", "", sentence) for code, sentence in sentences.items()}
    if lang == "en":
        allowed = ("公海", "春节", "回款", "九州", "中文", "万", "统一社会信用代码", "调休")
        rest = {code: _without(sentence, allowed) for code, sentence in plain.items()}
        assert {code: sentence for code, sentence in rest.items() if chinese.search(sentence)} == {}


def _without(sentence: str, words: tuple[str, ...]) -> str:
    for word in words:
        sentence = sentence.replace(word, "")
    return sentence
