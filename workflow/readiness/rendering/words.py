"""The few words that a renderer adds to a page, by language of the page."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "toc": "Sommaire",
        "skip": "Aller au texte",
        "embedded": "moteur de rendu intégré",
        "fig": "Figure",
        "tbl": "Tableau",
        "sec": "section",
        "colon": "\u00a0:",
        "note": "Note",
        "tip": "Conseil",
        "warning": "Avertissement",
        "important": "Important",
        "caution": "Prudence",
    },
    "en": {
        "toc": "Contents",
        "skip": "Skip to the text",
        "embedded": "embedded renderer",
        "fig": "Figure",
        "tbl": "Table",
        "sec": "section",
        "colon": ":",
        "note": "Note",
        "tip": "Tip",
        "warning": "Warning",
        "important": "Important",
        "caution": "Caution",
    },
    "ar": {
        "toc": "المحتويات",
        "skip": "انتقل إلى النص",
        "embedded": "محرك العرض المدمج",
        "fig": "الشكل",
        "tbl": "الجدول",
        "sec": "القسم",
        "colon": ":",
        "note": "ملاحظة",
        "tip": "نصيحة",
        "warning": "تنبيه",
        "important": "مهم",
        "caution": "تحذير",
    },
}


def words_for(language: str) -> dict[str, str]:
    """The words of a language (`fr`, `fr-MA`, ...); English where it is unknown."""
    return WORDS.get(language.split("-", maxsplit=1)[0].lower(), WORDS["en"])
