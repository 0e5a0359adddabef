"""The words that a way of selecting respondents allows (`analysis/selection.py`).

A probability sample bears design-based words. A census has no sampling error. Who came in by
themselves bear an interval only under an assumption that is said. Chosen respondents bear none: an
interval would be "as if it were a random sample", which it is not. "Margin of error" and
"representative" are used for neither of the last two (AAPOR, Guidance on opt-in samples).
"""

from __future__ import annotations

PARAGRAPH = {
    "probability": "L'échantillon est probabiliste : les intervalles reposent sur le plan de "
    "sondage. La non-réponse est corrigée par les variables de calage ; une non-réponse qui "
    "dépendrait de la réponse elle-même ne l'est pas.",
    "census": "Tous ont été interrogés : il n'y a pas d'erreur d'échantillonnage, et aucun "
    "intervalle n'est donné. Ce que ceux qui n'ont pas répondu auraient dit n'est pas connu ; les "
    "tests se lisent comme des repères.",
    "opt-in": "Les répondants sont venus d'eux-mêmes. Les intervalles valent si, à "
    "caractéristiques de calage égales, ceux qui ont répondu sont comme ceux qui n'ont pas "
    "répondu ; le biais de sélection n'est pas couvert.",
    "purposive": "Les répondants ont été choisis : aucun intervalle n'est donné, et les tests ne "
    "se lisent que comme si l'échantillon était aléatoire, ce qui n'est pas le cas.",
}
"""What the report says of the sample, in French, and without a number."""

CHART_NOTE = {
    "probability": "Intervalles fondés sur le plan de sondage.",
    "census": "Recensement : aucun intervalle.",
    "opt-in": "Intervalles valables si, à caractéristiques égales, les répondants sont comme les "
    "autres ; le biais de sélection n'est pas couvert.",
    "purposive": "Répondants choisis : aucun intervalle.",
}
"""The same in one line below a chart."""
