"""Content-Security-Policy of a page.

The page may load nothing but the styles and scripts written in the page, named by their hashes.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)


_HEAD = '<meta charset="utf-8">'


def policy(html: str) -> str:
    """Return the Content-Security-Policy of a page: inline styles, scripts and pictures only."""
    styles, scripts = (hashes(pattern.findall(html)) for pattern in (_STYLE, _SCRIPT))
    script_rule = f"script-src {scripts}; " if scripts != "'none'" else ""
    return (
        f"default-src 'none'; style-src {styles}; {script_rule}img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def add_policy(html: str) -> str:
    """Insert the Content-Security-Policy into a page, right after its `<meta charset>`."""
    meta_tag = f'<meta http-equiv="Content-Security-Policy" content="{policy(html)}">'
    return html.replace(_HEAD, f"{_HEAD}\n{meta_tag}", 1)


def hashes(contents: Iterable[str]) -> str:
    """Return the CSP sources of inline contents, in order: `'sha256-...'`, or `'none'` for none."""
    digests = (hashlib.sha256(content.encode("utf-8")).digest() for content in contents)
    sources = (f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    return " ".join(dict.fromkeys(sources)) or "'none'"
