"""The Content-Security-Policy of a page, which may load nothing but the styles and scripts that it
holds, by their hashes.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)


_HEAD = '<meta charset="utf-8">'


def policy(html: str) -> str:
    """The Content-Security-Policy of a page: its own styles and scripts, pictures within it."""
    styles, scripts = (hashes(found.findall(html)) for found in (_STYLE, _SCRIPT))
    run = f"script-src {scripts}; " if scripts != "'none'" else ""
    return (
        f"default-src 'none'; style-src {styles}; {run}img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def add_policy(html: str) -> str:
    """The page with its policy, right after what says how its letters are written."""
    said = f'<meta http-equiv="Content-Security-Policy" content="{policy(html)}">'
    return html.replace(_HEAD, f"{_HEAD}\n{said}", 1)


def hashes(contents: Iterable[str]) -> str:
    """The sources that these contents are, in order; `'none'` where there is none."""
    digests = (hashlib.sha256(content.encode("utf-8")).digest() for content in contents)
    sources = (f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    return " ".join(dict.fromkeys(sources)) or "'none'"
