"""Every sentence of the stage exists in both languages, and every metric is defined."""

import re
from pathlib import Path

import pytest

from jiuzhou.adapters.texts import LANGS, catalogue, render
from jiuzhou.evaluate import METRICS

SOURCE = Path(__file__).parents[2] / "src" / "jiuzhou" / "evaluate"


def codes_in_source():
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        found |= set(re.findall(r'"(evaluate\.[a-z0-9_]+)"', path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_each_code_has_a_sentence_and_no_sentence_is_idle(lang):
    sentences = {code for code in catalogue(lang) if code.startswith("evaluate.")}
    assert sentences == codes_in_source()


def test_both_languages_use_the_same_placeholders():
    for code in sorted(codes_in_source()):
        zh, en = (set(re.findall(r"{(\w+)", catalogue(lang)[code])) for lang in LANGS)
        assert zh == en, code


@pytest.mark.parametrize("lang", LANGS)
def test_each_metric_has_a_definition_a_person_can_read(lang):
    for key, metric in METRICS.items():
        assert metric.key == key
        assert metric.version >= 1
        assert len(render(metric.definition, lang)) > 3
