"""Fonts of pages, papers and charts: the font stack, and the font family that the package brings.

A page uses the fonts of its reader's machine. Many machines have poor Arabic fonts, so a page in
Arabic embeds the letters that it uses (`subset`). Papers and pictures use the package's font files
and the fonts that Typst includes, so they look the same on any machine. The font families are free
(SIL Open Font License; DejaVu has a licence of its own).
"""

import base64
import io
from collections.abc import Iterable
from importlib import util
from pathlib import Path

# Font family that is installed with the package: Latin and Arabic letters of one design.
OWN = "IBM Plex Sans Arabic"
# Name of the embedded subset of that font: its licence reserves the font's name for the whole font.
BROUGHT = "readiness letters"
# Font stack of texts: the first family that the machine has is used.
SANS = (
    *("Source Sans 3", "Noto Sans", "IBM Plex Sans", OWN, "system-ui", "Segoe UI", "Roboto"),
    *("Helvetica Neue", "DejaVu Sans", "Arial", "sans-serif"),
)
REGULAR, BOLD = "Regular", "Bold"


def css(families: Iterable[str] = SANS) -> str:
    """Return the families as a value of CSS `font-family`."""
    return ", ".join(
        name if name in ("system-ui", "sans-serif") else f'"{name}"' for name in families
    )


def own_folder() -> Path:
    """Return the folder of the package's font files, used by papers and pictures."""
    spec = util.find_spec("fontpkg_ibm_plex_sans_arabic")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "files"


def own_file(weight: str = REGULAR) -> Path:
    """Return the package's font file of a weight (`REGULAR`, `BOLD`)."""
    return own_folder() / f"{OWN.replace(' ', '')}-{weight}.ttf"


def face(text: str) -> str:
    """Return CSS that embeds the package's font with only the letters of a text."""
    return "\n".join(
        f'@font-face {{ font-family: "{BROUGHT}"; font-weight: {number}; font-display: swap; '
        f'src: url("data:font/woff;base64,{subset(text, weight)}") format("woff"); }}'
        for weight, number in ((REGULAR, 400), (BOLD, 700))
    )


def subset(text: str, weight: str = REGULAR) -> str:
    """Return the package's font as WOFF in Base64, with only the letters of a text.

    Joined forms of Arabic letters are included. The bytes depend on the text and weight alone.
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
