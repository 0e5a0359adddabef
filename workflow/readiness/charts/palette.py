"""Colours of every chart, by their meaning, for a light and for a dark page.

In the SVG a colour is an attribute with the light value, so that a downloaded picture looks the
same anywhere; its class (`k-` for a fill, `s-` for a line) lets the page's stylesheet replace the
value by the dark one. Ordered levels use ColorBrewer's BrBG: the two ends differ in hue, neighbours
in lightness, for colour-blind readers and a grey print. No information is in the colour alone.
"""

from readiness.pages.fonts import css

DARK_TEXT, LIGHT_TEXT = "#16202b", "#ffffff"

LIGHT = {
    "ink": "#16202b",
    "muted": "#4a5763",
    "grid": "#cdd6de",
    "paper": "#ffffff",
    "cell": "#edf1f4",
    "neutral": "#c3ccd4",
    "unsaid": "#8794a0",
    "accent": "#0b4f6c",
    "second": "#b34700",
    "stamp": "#ffd23f",
    "low1": "#8c510a",
    "low2": "#e0c584",
    "low3": "#f2e6c8",
    "high1": "#01665e",
    "high2": "#8fd3c8",
    "high3": "#d3ece8",
    "cat1": "#3d6a94",
    "cat2": "#ddd3b4",
    "cat3": "#75658f",
    "cat4": "#b7d0dc",
    "cat5": "#5d7268",
    "cat6": "#e3c3b6",
}
DARK = {
    "ink": "#e9eef3",
    "muted": "#a9b6c2",
    "grid": "#364451",
    "paper": "#10171e",
    "cell": "#1d2832",
    "neutral": "#5b6a77",
    "unsaid": "#93a1ae",
    "accent": "#86cbee",
    "second": "#ff9d5c",
    "stamp": "#e8b93a",
    "low1": "#c9853f",
    "low2": "#efdcab",
    "low3": "#fbf3df",
    "high1": "#3fa99a",
    "high2": "#a5e0d6",
    "high3": "#e0f4f1",
    "cat1": "#6fa3d1",
    "cat2": "#e8dfc6",
    "cat3": "#a797c6",
    "cat4": "#cfe4ee",
    "cat5": "#88a396",
    "cat6": "#f0d6cc",
}
# Levels left of the centre, the outermost first.
LOW = ("low1", "low2", "low3")
# Levels right of the centre, the outermost first.
HIGH = ("high1", "high2", "high3")
# Levels without an order: neighbours differ in hue and, for a grey print, in lightness.
CATEGORIES = ("cat1", "cat2", "cat3", "cat4", "cat5", "cat6")
_ON = "on-"
_FORCED = {"paper": "Canvas", "ink": "CanvasText", "muted": "CanvasText", "grid": "GrayText"}


def on(colour: str) -> str:
    """Return the token of texts on a colour token (`on-low1`); for a `#rrggbb`, the text's
    colour.
    """
    return ink_on(colour) if colour.startswith("#") else f"{_ON}{colour}"


def ink_on(colour: str) -> str:
    """Return the dark or the light text colour, whichever has more contrast on a colour
    (WCAG 2).
    """
    return max((DARK_TEXT, LIGHT_TEXT), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (`#rrggbb`) by WCAG 2, 1 to 21."""
    low, high = sorted((_measure_luminance(one), _measure_luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _measure_luminance(colour: str) -> float:
    """Return the relative luminance of a colour (`#rrggbb`) by WCAG 2, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def light(colour: str) -> str:
    """Return the light value of a token (`low1`, `on-low1`); another text is returned as it is."""
    if colour in LIGHT:
        return LIGHT[colour]
    return ink_on(light(colour.removeprefix(_ON))) if colour.startswith(_ON) else colour


def shades(colours: tuple[str, ...], count: int) -> list[str]:
    """Return `count` colours from the outermost token on; mixed ones where tokens do not
    suffice.
    """
    if count <= len(colours):
        return list(colours[:count])
    parts = [[int(LIGHT[colour][i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]
    mixed_colours = []
    for k in range(count):
        place = k * (len(colours) - 1) / (count - 1)
        i = min(int(place), len(colours) - 2)
        pairs = zip(parts[i], parts[i + 1], strict=True)
        mixed = [round(a + (b - a) * (place - i)) for a, b in pairs]
        mixed_colours.append("#{:02x}{:02x}{:02x}".format(*mixed))
    return mixed_colours


def stylesheet() -> str:
    """Return the style rules that a page with charts needs once: dark, forced colours, print."""
    tokens = [*LIGHT, *(on(colour) for colour in LIGHT)]
    dark = {**DARK, **{on(colour): ink_on(shade) for colour, shade in DARK.items()}}

    def declare(values: dict[str, str]) -> str:
        return "".join(f"--chart-{name}:{value};" for name, value in values.items())

    rules = [
        ":root{" + declare({token: light(token) for token in tokens}) + "}",
        "@media screen and (prefers-color-scheme:dark){:root{" + declare(dark) + "}}",
        "@media (forced-colors:active){:root{" + declare(_FORCED) + "}}",
        "svg.chart{forced-color-adjust:none;print-color-adjust:exact;"
        "-webkit-print-color-adjust:exact}",
        # A text on a mixed colour (`#rrggbb`) keeps its own colour.
        "svg.chart text:where(:not([fill^='#'])){fill:var(--chart-ink)}",
        "svg.chart{font-family:var(--sans," + css() + ")}",
    ]
    for token in tokens:
        rules.append(f"svg.chart .k-{token}{{fill:var(--chart-{token})}}")
        if not token.startswith(_ON):
            rules.append(f"svg.chart .s-{token}{{stroke:var(--chart-{token})}}")
    return "\n".join(rules) + "\n"
