"""The fonts of pages, papers and charts: one stack, and the family that comes with the packages.

A page asks for what its reader's machine has; Arabic, which many machines set badly, brings a small
part of its font along (`subset`). Paper and pictures use the family's files and what Typst has in
itself: the same anywhere. The families are free (SIL Open Font License; DejaVu's own).
"""

import base64
import io
from collections.abc import Iterable
from importlib import util
from pathlib import Path

# The family that comes with the packages: Latin and Arabic letters of one design.
OWN = "IBM Plex Sans Arabic"
# What a page calls the part of it that it brings: a part may not bear the font's own name.
BROUGHT = "readiness letters"
# What texts are set in, the first that there is.
SANS = (
    *("Source Sans 3", "Noto Sans", "IBM Plex Sans", OWN, "system-ui", "Segoe UI", "Roboto"),
    *("Helvetica Neue", "DejaVu Sans", "Arial", "sans-serif"),
)
REGULAR, BOLD = "Regular", "Bold"


def css(families: Iterable[str] = SANS) -> str:
    """The families as a value of `font-family`."""
    return ", ".join(n if n in ("system-ui", "sans-serif") else f'"{n}"' for n in families)


def own_folder() -> Path:
    """The folder of the family that comes with the packages: what papers and pictures use."""
    found = util.find_spec("fontpkg_ibm_plex_sans_arabic")
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "files"


def own_file(weight: str = REGULAR) -> Path:
    """The file of a weight (`REGULAR`, `BOLD`) of the own family."""
    return own_folder() / f"{OWN.replace(' ', '')}-{weight}.ttf"


def face(text: str) -> str:
    """CSS that brings the own family along with no more than the letters of a text."""
    return "\n".join(
        f'@font-face {{ font-family: "{BROUGHT}"; font-weight: {number}; font-display: swap; '
        f'src: url("data:font/woff;base64,{subset(text, weight)}") format("woff"); }}'
        for weight, number in ((REGULAR, 400), (BOLD, 700))
    )


def subset(text: str, weight: str = REGULAR) -> str:
    """A weight of the own family with the letters of a text and all their joined forms: WOFF, as
    Base64. The same text gives the same bytes.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(own_file(weight), recalcTimestamp=False)
    options = Options(hinting=False, notdef_outline=True)
    options.name_IDs = [0, 13, 14]  # copyright and licence
    options.drop_tables += ["meta"]
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    font.flavor = "woff"
    content = io.BytesIO()
    font.save(content)
    return base64.b64encode(content.getvalue()).decode("ascii")
