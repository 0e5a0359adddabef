"""The colours of every chart, by what they mean, for a light and for a dark page.

In the SVG a colour is an attribute, the light one, so that a downloaded picture looks the same
anywhere; its class (`k-` for a fill, `s-` for a line) lets the page's stylesheet put the dark one
in its place. ColorBrewer's BrBG for ordered levels: the two ends differ in hue, neighbours in
lightness, for colour-blind readers and a grey print. Nothing is said by colour alone.
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
    """The token of texts that stand on a token; on a colour between two, their own colour."""
    return ink_on(colour) if colour.startswith("#") else f"{_ON}{colour}"


def ink_on(colour: str) -> str:
    """Dark or light, whichever reads better on a colour (relative luminance, WCAG 2)."""
    return max((DARK_TEXT, LIGHT_TEXT), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (`#rrggbb`) by WCAG 2, 1 to 21."""
    low, high = sorted((_measure_luminance(one), _measure_luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _measure_luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def light(colour: str) -> str:
    """The attribute of a token (`low1`, `on-low1`), or a colour given as such."""
    if colour in LIGHT:
        return LIGHT[colour]
    return ink_on(light(colour.removeprefix(_ON))) if colour.startswith(_ON) else colour


def shades(colours: tuple[str, ...], count: int) -> list[str]:
    """`count` colours from the first token of `colours` on; more than there are lie between."""
    if count <= len(colours):
        return list(colours[:count])
    parts = [[int(LIGHT[colour][i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]
    found = []
    for k in range(count):
        place = k * (len(colours) - 1) / (count - 1)
        i = min(int(place), len(colours) - 2)
        pairs = zip(parts[i], parts[i + 1], strict=True)
        mixed = [round(a + (b - a) * (place - i)) for a, b in pairs]
        found.append("#{:02x}{:02x}{:02x}".format(*mixed))
    return found


def stylesheet() -> str:
    """What a page with charts adds to its stylesheet, once: dark, forced colours, print."""
    tokens = [*LIGHT, *(on(colour) for colour in LIGHT)]
    dark = {**DARK, **{on(colour): ink_on(shade) for colour, shade in DARK.items()}}

    def declared(values: dict[str, str]) -> str:
        return "".join(f"--chart-{name}:{value};" for name, value in values.items())

    rules = [
        ":root{" + declared({token: light(token) for token in tokens}) + "}",
        "@media screen and (prefers-color-scheme:dark){:root{" + declared(dark) + "}}",
        "@media (forced-colors:active){:root{" + declared(_FORCED) + "}}",
        "svg.chart{forced-color-adjust:none;print-color-adjust:exact;"
        "-webkit-print-color-adjust:exact}",
        # What stands on a colour between two tokens keeps its own.
        "svg.chart text:where(:not([fill^='#'])){fill:var(--chart-ink)}",
        "svg.chart{font-family:var(--sans," + css() + ")}",
    ]
    for token in tokens:
        rules.append(f"svg.chart .k-{token}{{fill:var(--chart-{token})}}")
        if not token.startswith(_ON):
            rules.append(f"svg.chart .s-{token}{{stroke:var(--chart-{token})}}")
    return "\n".join(rules) + "\n"
