"""Personal data in free text: what is seen, what is not, and where."""

import time

import pandas as pd
import pytest

from project_copy import ROOT
from readiness.config import load_config
from readiness.privacy.detecting import Detectors, personal_data_seen

SHIPPED = load_config(ROOT / "config.yaml").privacy
SEE = Detectors(telephone=tuple(SHIPPED.telephone), identity=tuple(SHIPPED.identity)).ready()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("écrivez à zoé.l+x@mail.example.org !", "email"),
        ("nom＠exemple.ma", "email"),  # full-width
        ("moi (at) exemple.ma", "email"),
        ("a\u200bb@exa\u200bmple.ma", "email"),
        ("0612345678", "telephone"),
        ("06 12 34 56 78", "telephone"),
        ("06.12.34.56.78.", "telephone"),
        ("06-12-34-56-78", "telephone"),
        ("tel:+212 (0) 6 12 34 56 78", "telephone"),
        ("+212612345678", "telephone"),
        ("00212 5 22 12 34 56", "telephone"),
        ("212612345678", "telephone"),
        ("٠٦١٢٣٤٥٦٧٨", "telephone"),  # Arabic-Indic digits
        ("+33 1 70 18 99 00", "telephone"),
        ("ma CIN est AB123456", "identity"),
        ("be 12345", "identity"),
        ("IBAN DE89 3704 0044 0532 0130 00, merci", "iban"),
        ("gb82west12345698765432", "iban"),
        ("MA64 0115 1900 0001 2050 0053 4921 merci", "iban"),
    ],
)
def test_what_is_seen(text: str, kind: str) -> None:
    seen = SEE(text)
    # A part of an account may look like another number, too.
    assert kind in seen if kind == "iban" else seen == ((kind,) if kind else ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sous-titreur automatique",
        "depuis 2019, 15 % à 20 %",
        "60 personnes, 120 000 dirhams",
        "12/03/2026 14:05:09",
        "@handle",
        "version 3.11.7",
        "A4",
    ],
)
def test_what_is_not(text: str) -> None:
    assert SEE(text) == ()


def test_cells_are_told_by_their_place_and_never_quoted() -> None:
    cells = pd.DataFrame(
        {
            "open": ["nothing", "0612345678 x@y.ma", "nothing"],
            "other": pd.Categorical(["", "", "x@y.ma"]),
        },
        index=[4, 5, 9],
    )
    found = personal_data_seen(cells, Detectors(telephone=("0[5-8]########",)))
    assert found.to_dict("records") == [
        {"at": 5, "column": "open", "kinds": ("email", "telephone")},
        {"at": 9, "column": "other", "kinds": ("email",)},
    ]
    assert personal_data_seen(cells[[]], Detectors()).empty


def test_a_text_made_to_be_slow_is_not() -> None:
    for text in (
        "0" * 10**5,
        "a" * 10**5 + "@",
        "0-" * 10**5,
        "MA64" + "1 " * 10**5,
        "(at)" * 10**5,
    ):
        start = time.process_time()
        SEE(text)
        assert time.process_time() - start < 3, text[:4]


def test_a_template_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a template"):
        Detectors(telephone=("(a+)+",)).ready()
