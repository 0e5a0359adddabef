"""A fourth language is a folder of catalogues: nothing else is touched."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from catalogues import DOMAINS, forms, messages, names

from project_copy import Project
from spanish import add_spanish
from tiny_project import copy_program

TOLD = """
import json, sys
from fractions import Fraction
from readiness.facts import Day, Fact, Listed, Printed, Quantity
from readiness.forensics.arithmetic.phrases import read_phrase
from readiness.language import LANGUAGES, direction, own_name, show, tell, text
values = [
    1234567, Fraction(1, 8), Quantity("0.673", "share", 1), Quantity("-0.015", "points", 1),
    Printed("67.5"), Day("2024-03-05"),
    Listed(("a", "b", "c"), "and"), Listed((12, 15), "or"),
]
said = {"languages": LANGUAGES, "name": own_name("es"), "direction": direction("es")}
said["values"] = [show(value, "es") for value in values]
said["counted"] = [tell(Fact("charts.grid.missing", {"n": n}), "es") for n in (1, 2, 1000000)]
facts = json.load(sys.stdin)
said["told"] = [
    tell(Fact(key, {**dict.fromkeys(names, 3), **({"n": n} if "n" in names else {})}), "es")
    for key, names in facts
    for n in (1, 2)
]
phrases = "poco más de un tercio de los lectores", "dos de cada tres", "casi el 60 %", "la mayoría"
said["shares"] = [str(read_phrase(phrase, "es").anchor) for phrase in phrases]
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, with the folder of Spanish beside the other languages."""
    root = tmp_path_factory.mktemp("fourth")
    copy_program(root)
    add_spanish(root)
    return root


def test_everything_is_told_in_it(project: Path) -> None:
    """Every message of every domain, numbers as its readers write them, both plural forms."""
    spanish = messages("es")
    facts = [
        (key, sorted(set().union(*(names(text) for text in forms(message)))))
        for key, message in spanish.items()
        if not key.startswith(("language.", "phrases."))
    ]
    said = json.loads(
        subprocess.run(
            [sys.executable, "-c", TOLD],
            input=json.dumps(facts),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(project / "workflow")},
        ).stdout
    )
    assert said["languages"] == ["ar", "en", "es", "fr"]
    assert (said["name"], said["direction"]) == ("Español", "ltr")
    assert said["values"] == [
        "1.234.567",
        "12,5",
        "67,3\u00a0%",
        "\u22121,5\u00a0puntos",
        "67,5",
        "5 de marzo de 2024",
        "a, b y c",
        "12 o 15",
    ]
    assert said["counted"] == [
        "encaja si falta como mucho 1 respuesta por pregunta",
        "encaja si faltan como mucho 2 respuestas por pregunta",
        "encaja si faltan como mucho 1.000.000 de respuestas por pregunta",
    ]
    assert said["shares"] == ["1/3", "2/3", "3/5", "None"]
    assert len(said["told"]) == 2 * len(facts) > 1000
    assert not [text for text in said["told"] if "{" in text or not text]


def test_it_is_no_copy_of_another() -> None:
    """A real translation: what reads alike in English is a name, a number or a sign."""
    spanish, english = messages("es"), messages("en")
    alike = [
        key
        for key in spanish
        if key in english
        and forms(spanish[key]) == forms(english[key])
        and any(len(word) > 4 for word in forms(english[key])[0].split())
    ]
    bare = [key for key in alike if not names(forms(english[key])[0])]
    assert len(bare) < 12, bare
    assert {key.partition(".")[0] for key in spanish} == set(DOMAINS)


def test_a_publication_is_audited_in_it(released: Project, project: Path) -> None:
    """Sealed where nobody knew the language."""
    code = "import sys; from readiness.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ["audit", str(released.root), "canteen-r1", "--level", "1", "--language", "es"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project / "workflow")},
    )
    assert done.returncode == 0, done.stderr
    assert "canteen-r1: VÁLIDO en el nivel 1" in done.stdout
    assert "sello        " in done.stdout
