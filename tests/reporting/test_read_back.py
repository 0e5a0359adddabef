"""Every finding of the shipped pages is true of the raw answers; false ones are not confirmed."""

from __future__ import annotations

import re
import shutil
import sys
from typing import Any

import pandas as pd
import pytest

from project_copy import ROOT
from readiness.datasets.versions import read_versions
from readiness.ground.safe_yaml import read_yaml_text
from reading_back import (
    Answers,
    Asked,
    Claim,
    doubt,
    name_questions,
    read_claims,
    read_sentence,
    tidy,
)

SHIPPED = "simulated-2026-r5"
LANGUAGES = ("en", "fr", "ar")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """The raw answers, as the script of the publication reads them, which knows no sentence."""
    place, folder = tmp_path_factory.mktemp("raw"), ROOT / "publications" / SHIPPED
    shutil.copytree(ROOT / "data", place / "data")
    for version in read_versions(ROOT).values():
        kept = ROOT / "data/store" / version.object_name
        shutil.copyfile(kept, place / version.pointer_path.with_suffix(""))
    script = folder / "recompute.py"
    space: dict[str, Any] = {"__name__": "recompute", "__file__": str(script)}
    # Up to the weights: no figure of the publication is looked at.
    until = script.read_text("utf-8").partition("size = people")[0] + "weight = rake(base)"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [str(script), str(place)])
        exec(compile(until, str(script), "exec"), space)
    asked = read_yaml_text((ROOT / "data/questionnaires/ai-readiness-1.yaml").read_bytes())
    sets = {
        name: codes.map(lambda c: frozenset(c) if isinstance(c, set) else c)
        for name, codes in space["codes"].items()
    }
    (by,) = [one for one in asked["frame"] if one["id"] == space["BY"]]
    groups = {
        language: {
            called: one["code"]
            for one in by["categories"]
            for called in (
                one.get(language, one["text"]),
                one.get("plural", {}).get(language, one["text"]),
            )
        }
        for language in LANGUAGES
    }
    return Answers(
        name_questions(asked, sets, LANGUAGES),
        pd.Series(space["weight"][:, 0], index=space["people"].index),
        space["people"][space["BY"]],
        groups,
    )


def claims_of(answers: Answers, language: str) -> list[Claim]:
    page = ROOT / "publications" / SHIPPED / "report" / language / "report-simulated.html"
    return list(read_claims(page.read_text("utf-8"), language, answers.asked))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_of_the_shipped_wave_is_confirmed(shipped: Answers, language: str) -> None:
    claims = claims_of(shipped, language)
    assert len(claims) >= 10 and {c.kind for c in claims} >= {
        "majority",
        "minority",
        "first",
        "gap",
    }
    assert [(c.text, why) for c in claims if (why := doubt(c, shipped, language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_shipped_wave_is_long(language: str) -> None:
    page = ROOT / "publications" / SHIPPED / "report" / language / "report-simulated.html"
    # Whose the page is stands in a line of names, which is no sentence.
    names = r'|<div class="status">.*?</div>'
    text = re.sub(rf"(?s)<(style|script|svg|table)\b.*?</\1>{names}", "", page.read_text("utf-8"))
    said = [
        tidy(re.sub("<[^>]+>", "", p)) for p in re.findall("(?s)<(?:p|li)>(.*?)</(?:p|li)>", text)
    ]
    said = [re.sub(r"\b[0-9a-f]{16,}\b", "", each) for each in said]  # hashes
    sentences = [one for each in said for one in re.split(r"(?<=[.!?؟]) (?=\D)", each)]
    assert len(sentences) > 100
    for one in sentences:
        assert len(one.split()) <= 40 and len(re.findall(r"\d[\d.,]*", one)) <= 6, one


N = 1600
WORDS = (
    "More than half, {u}%, answered “{use}” ({u_low} to {u_high}).",
    "{x}% of people in the group Xa and {y}% of ys answered “{use}”: {gap} points more (30 to 40).",
    "{p}% answered “{press}”, more than any other answer; “{radio}” comes next, {r}%.",
    "People in the group Xa answered “{use}” far more often than ys.",
    "More than half answer “{use}”, {u}%, between {u_low}% and {u_high}%.",
    "Less than half answer “{not_use}”, {v}%, between {v_low}% and {v_high}%.",
    "About half answer “{tea}”, {t}%, between {t_low}% and {t_high}%.",
    "The share of “{tea}” is {t}%, between {t_low}% and {t_high}%.",
    "“{press}” comes first, {p}%, ahead of “{radio}”, {r}%.",
    "“{press}” comes first, {p}%, ahead of “{radio}”, {q}%; their intervals "
    "overlap: the order may be chance.",
    "“{red}” and “{blue}” come first with the same share, {tie}%.",
    "Of the answers that are shown, “{red}” is the most frequent, {tie}%; more people may have "
    "chosen one that is not shown.",
    "The mean is {mean} (hours).",
    "“{use}” is more frequent in the group Xa, {x}%, than among ys, {y}%: a gap of "
    "+{gap} points (+30.0 points to +40.0 points).",
    "“{use}” is less frequent among ys, {y}%, than in the group Xa, {x}%: a gap of "
    "−{gap} points (−40.0 points to −30.0 points).",
    "“{use}” is far more frequent in the group Xa than among ys.",
    "No gap in “{tea}” between two of the groups shown is established (Site).",
    "Over the rows of this question, “{use}” goes from {v}% (“{late}”) to {u}% (“{soon}”).",
)
OF = (
    "use",
    "use",
    "media",
    "use",
    "use",
    "use",
    "tea",
    "tea",
    "media",
    "apps",
    "colour",
    "colour",
    "hours",
    "use",
    "use",
    "use",
    "tea",
    "soon",
)
TRUE = {
    **{"use": "Yes", "not_use": "No", "tea": "Tea", "press": "Press", "radio": "Radio"},
    **{"red": "Red", "blue": "Blue", "u": "62.0", "u_low": "59.6", "u_high": "64.4", "v": "38.0"},
    **{"v_low": "35.6", "v_high": "40.4", "t": "50.5", "t_low": "48.0", "t_high": "53.0"},
    **{"p": "50.0", "r": "30.0", "tie": "40.0", "mean": "2.5", "x": "80.0", "y": "44.0"},
    "gap": "36.0",
    "q": "49.0",
    **{"soon": "Soon", "late": "Late"},
}
# For each sentence, what is put in the place of what is true.
FALSE: tuple[tuple[dict[str, str], ...], ...] = (
    ({"u": "61.8"}, {"use": "No"}, {"u_low": "61.0"}),
    ({"gap": "36.4"}, {"y": "45.0"}, {"use": "No"}),
    ({"p": "50.1"}, {"press": "Radio", "radio": "Press"}, {"radio": "Web"}),
    ({"use": "No"},),
    ({"u": "61.8"}, {"use": "No"}, {"u_low": "61.0"}),
    ({"v": "38.2"}, {"not_use": "Yes"}),
    ({"t": "51.5"}, {"t_low": "44.0"}),
    ({"t": "50.3"}, {"tea": "Coffee"}),
    ({"p": "50.1"}, {"press": "Radio", "radio": "Press"}, {"radio": "Web"}),
    ({"item": "media", "q": "30.0"}, {"q": "48.0"}),
    ({"tie": "40.2"}, {"blue": "Grey"}),
    ({"tie": "39.0"}, {"red": "Grey", "tie": "20.0"}),
    ({"mean": "2.6"},),
    ({"gap": "36.4"}, {"y": "45.0"}, {"use": "No"}),
    ({"gap": "35.0"}, {"use": "No"}),
    ({"use": "No"},),
    ({"item": "use", "tea": "Yes"},),
    ({"v": "37.0"}, {"soon": "Late", "late": "Soon"}, {"late": "Even", "v": "50.0"}),
)


@pytest.fixture(scope="module")
def made_up() -> Answers:
    at = pd.Series(range(N))
    group = at.map(lambda k: "x" if k % 2 else "y")
    rank = at // 2  # within the group, 0 to 799
    share = {"x": 0.8, "y": 0.44}
    codes = {
        "use": pd.Series(
            [("no", "yes")[k < 800 * share[g]] for k, g in zip(rank, group, strict=True)]
        ),
        "tea": at.map(lambda k: "tea" if k < 808 else "coffee"),
        "media": at.map(
            lambda k: frozenset(
                ["press"] * (k < 800) + ["radio"] * (k % 10 < 3) + ["web"] * (k % 5 == 4)
            )
        ),
        "apps": at.map(lambda k: "press" if k < 800 else "radio" if k < 1584 else "web"),
        "colour": at.map(lambda k: ("red", "red", "blue", "blue", "grey")[k % 5]),
        "hours": at.map(lambda k: float(k % 6)),
        "soon": at.map(lambda k: ("no", "yes")[k < 992]),
        "even": at.map(lambda k: ("no", "yes")[k < 800]),
        "late": at.map(lambda k: ("no", "yes")[k < 608]),
    }
    options = {
        "use": ("yes", "no", "tea"),
        "tea": ("tea", "coffee", "yes"),
        "media": ("press", "radio", "web"),
        "apps": ("press", "radio", "web"),
        "colour": ("red", "blue", "grey"),
        "hours": (),
        **dict.fromkeys(("soon", "even", "late"), ("yes", "no")),
    }
    asked = {
        name: Asked(
            {"en": name.capitalize()},
            {"en": {code.capitalize(): code for code in options[name]}},
            own,
            "when" if name in ("soon", "even", "late") else "",
        )
        for name, own in codes.items()
    }
    groups = {"en": {"Xa": "x", "Ya": "y", "ys": "y"}}
    return Answers(asked, pd.Series(1.0, index=at), group, groups)


def test_what_is_true_is_confirmed_and_what_is_false_is_caught(made_up: Answers) -> None:
    """In one language; the sentences of the others are read off the pages that ship."""

    def ask(item: str, text: str) -> str:
        read = read_sentence(text, "en")
        assert read is not None, text
        shown = frozenset({("Red", "All"), ("Blue", "All")})
        return doubt(Claim(item, *read, text, shown), made_up, "en")

    for template, item, others in zip(WORDS, OF, FALSE, strict=True):
        assert ask(item, template.format(**TRUE)) == "", template
        for other in others:
            said = template.format(**{**TRUE, **other})
            assert ask(other.get("item", item), said), said
