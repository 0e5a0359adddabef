"""Numbers of a report on pages: passports that open, and the page of all numbers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from readiness.ground.facts import Fact
from readiness.language import Language, direction, tell, text
from readiness.pages import fonts
from readiness.pages.content_policy import add_policy
from readiness.pages.templates import environment, stylesheet
from readiness.reporting.passports import CODES, PLAN, TRACE, Passport, Passports

FOLDER = Path(__file__).resolve().parent / "templates"
# Name of the page of all numbers, beside the report.
PAGE = "numbers.html"
# Catalogue keys of the column headings.
COLUMNS = (
    *("numbers.column.id", "numbers.column.what", "numbers.column.value"),
    *("numbers.interval", "study.term.base", "numbers.effective"),
)
# Facts that paper leaves out; the page has them.
_LONG = ("numbers.pull", "numbers.steps", "numbers.lineage", "numbers.cite", "numbers.trace")


def render_template(folder: Path, name: str, language: Language, css: str, **values: Any) -> str:
    """Return a filled template in a language; within it, `t` looks up the catalogue."""
    return (
        environment(folder, escape)
        .get_template(name)
        .render(
            t=partial(text, language=language),
            language=language,
            direction=direction(language),
            style=Markup(css),
            **values,
        )
    )


def render_page(room: str, name: str, style: str, language: Language, **values: Any) -> str:
    """Return a page of a room (`readiness.site`) with the room's style and a content policy."""
    folder = Path(str(files(room))) / "templates"
    return add_policy(render_template(folder, name, language, stylesheet(room, style), **values))


def passports_html(passports: Iterable[Passport], language: Language) -> str:
    """Return the passports of a page's numbers: closed on the screen, notes on paper."""
    long = dict.fromkeys(_LONG, Markup(' class="long"'))
    template_values = {
        "passports": passports,
        "codes": CODES,
        "long": lambda key: long.get(key, ""),
    }
    return render_template(FOLDER, "passports.html", language, "", **template_values)


def numbers_page(
    passports: Passports, menu: Sequence[Mapping[str, Any]], back: str, ribbon: str
) -> str:
    """Return the page of all numbers, by question and kind.

    `menu`: the page in each language; `back`: address of the report; `ribbon`: text of a simulated
    run.
    """
    language, standing = passports.language, passports.standing
    heads = COLUMNS if passports.plan is None else (*COLUMNS, PLAN)
    all_passports = sorted(passports.all(), key=lambda p: passports.place(p.id))
    # Sections by question, else by kind; the first kind of a section is open.
    sections = []
    for title, section_passports in groupby(all_passports, lambda p: passports.section(p.id)):
        by_kind = groupby(section_passports, lambda p: passports.kind(p.id))
        sections.append(
            {
                "title": title,
                "groups": [(kind, list(kind_passports)) for kind, kind_passports in by_kind],
            }
        )
    # On a phone, where a row is a list, CSS names each cell: once, not in each row.
    names = (json.dumps(f"{text(key, language)}: ", ensure_ascii=False) for key in heads[1:])
    cell_names = "".join(
        f"\n  .register td:nth-child({k}):not(:empty)::before {{ content: {name}; }}"
        for k, name in enumerate(names, start=2)
    )
    filter_rules = "".join(
        f"\n.only:has(> #only-{k}:checked) ~ section:not(#part-{k}) {{ display: none; }}"
        for k in range(1, len(sections) + 1)
    )
    page = render_template(
        FOLDER,
        "numbers.html",
        language,
        (Path(__file__).parent / "page.css").read_text("utf-8") + letters(language),
        title=tell(Fact("numbers.title", {"name": passports.title}), language),
        heads=Markup(f"\n@media screen and (max-width: 640px) {{{cell_names}\n}}\n{filter_rules}"),
        columns=[text(key, language) for key in heads],
        planned=passports.plan is not None,
        sections=sections,
        menu=menu,
        back=back,
        ribbon=ribbon,
        command=f"{TRACE} {standing.publication}/…" if standing.publication else "",
        standing=standing.line(language, simulated=passports.register.is_simulated),
        now=standing.now(language),
        data=", ".join(passports.register.datasets),
        pulls=[standing.pull(name) for name in passports.register.datasets],
    )
    return add_policy(page)


def letters(language: Language) -> str:
    """Return CSS with a font for Arabic letters, which machines often set badly.

    "" for languages written from left to right.
    """
    if direction(language) != "rtl":
        return ""
    ascii_codepoints, arabic_codepoints = (
        range(0x20, 0x41),
        (*range(0x621, 0x653), 0x60C, 0x61B, 0x61F, 0x66A, 0x66B),
    )
    return "\n" + fonts.face(
        "".join(map(chr, (*ascii_codepoints, *arabic_codepoints, 0xA0, 0x2013, 0x2212, 0xAB, 0xBB)))
    )
