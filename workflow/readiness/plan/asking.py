"""What was asked, read lightly: the plan waits for it, and needs no more than kinds and codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from readiness.config import WaveSettings, read_yaml
from readiness.errors import ConfigError
from readiness.files import read_file
from readiness.questionnaire.load import expand
from readiness.questionnaire.writing import CHECK, open_decisions

# The kinds of items whose categories can be groups.
ONE_ANSWER = ("single", "ordinal")
# The kinds of items that shares or means are computed of.
ESTIMATED = (*ONE_ANSWER, "multi", "number")
# How a questionnaire may write that something is so, in small letters.
TRUE = ("true", "yes", "on", "1", "y", "t")


@dataclass(frozen=True)
class Asked:
    """What a plan has to know of a questionnaire.

    The kind of each item and the codes of its answers, the codes of frame variables; the item that
    tells groups and those of them that are counted apart; the items that are personal data.
    """

    path: Path
    kinds: dict[str, str]
    codes: dict[str, list[str]]
    frame: dict[str, list[str]]
    group_item: str = ""
    apart: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()

    def known_variables(self, wave: WaveSettings) -> dict[str, list[str]]:
        """The frame variables that are known of respondents: where there is a list of persons."""
        return self.frame if wave.sample else {}

    def groupings(self, wave: WaveSettings) -> dict[str, list[str]]:
        """The variables whose categories can be groups: of the frame, and items with one answer.

        Who is counted apart is in no group of another variable than their own.
        """
        own = {
            name: [code for code in codes if name != self.group_item or code not in self.apart]
            for name, codes in self.codes.items()
            if self.kinds[name] in ONE_ANSWER and name not in self.personal
        }
        return {**own, **self.known_variables(wave)}


def document_of(root: Path, path: Path) -> Any:
    """A YAML document, every scalar as text, parsed once as long as its file is the same.

    Whoever gets it changes nothing of it. Raises ConfigError as `read_yaml` does.
    """
    try:
        content = read_file(root / path)
    except OSError:
        content = b""  # read_yaml says why
    return _parse_text(root / path, sha256(content).digest())


@lru_cache(maxsize=64)
def _parse_text(path: Path, digest: bytes) -> Any:
    return read_yaml(path, as_text=True)


def read_outline(root: Path, path: Path) -> Asked:
    """A questionnaire, every scalar as text."""
    document = document_of(root, path)
    if isinstance(document, dict) and str(document.get("draft", "")).lower() in TRUE:
        left = open_decisions((root / path).read_text("utf-8-sig"))
        raise ConfigError(
            f"{path}: a draft; {left} decisions are marked `# {CHECK.strip()}`. Settle them, then "
            "delete its line `draft: true`."
        )
    try:
        document = expand(document)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    try:
        items = document["items"]
        kinds = {str(item["id"]): str(item["kind"]) for item in items}
        codes = {str(item["id"]): _codes(item.get("categories") or ()) for item in items}
        frame = {str(v["id"]): _codes(v["categories"]) for v in document.get("frame") or ()}
        apart = {str(code) for code in (document.get("groups") or {}).get("apart") or ()}
        personal = {i["id"] for i in items if str(i.get("personal", "")).lower() in TRUE}
    except (AttributeError, KeyError, TypeError):
        raise ConfigError(
            f"{path}: not a questionnaire; expected items, and a frame if any."
        ) from None
    if "" in kinds or "" in frame:
        raise ConfigError(f"{path}: an item or frame variable without an id; each needs one.")
    group_item = str(document.get("group_item") or "")
    return Asked(path, kinds, codes, frame, group_item, frozenset(apart), frozenset(personal))


def _codes(categories: Sequence[Mapping[str, str]]) -> list[str]:
    return [str(category["code"]) for category in categories]
