"""Words that survey tools write in their users' languages, as match keys."""

# Texts that programs write for an empty cell.
VOID = frozenset(("", "na", "n/a", "nan", "null", "nat"))
# Cells of a ticked and an unticked box, where each box has a column.
BOXES = (
    *(("1", "0"), ("1.0", "0.0"), ("-1", "0"), ("on", "off"), ("quoted", "not quoted")),
    *(("yes", "no"), ("y", "n"), ("true", "false"), ("checked", "unchecked")),
    *(("ticked", "not ticked"), ("selected", "not selected")),
    *(("oui", "non"), ("o", "n"), ("vrai", "faux"), ("coche", "non coche")),
    *(("coch\u00e9", "non coch\u00e9"), ("coch\u00e9e", "non coch\u00e9e")),
    *(("si", "no"), ("s\u00ed", "no"), ("verdadero", "falso")),
    *(
        ("seleccionado", "no seleccionado"),
        ("seleccionados", "no seleccionados"),
        ("selecionado", "n\u00e3o selecionado"),
    ),
    *(("sim", "nao"), ("sim", "n\u00e3o"), ("verdadeiro", "falso")),
    *(("ja", "nein"), ("wahr", "falsch"), ("gew\u00e4hlt", "nicht gew\u00e4hlt")),
    *(("ausgew\u00e4hlt", "nicht ausgew\u00e4hlt"), ("s\u00ec", "no"), ("vero", "falso")),
    *(("ja", "nee"), ("waar", "onwaar"), ("aangevinkt", "niet aangevinkt")),
    *(("\u0646\u0639\u0645", "\u0644\u0627"), ("\u0635\u062d\u064a\u062d", "\u062e\u0637\u0623")),
    *(("tak", "nie"), ("ja", "nej"), ("ja", "nei"), ("evet", "hay\u0131r"), ("ano", "ne")),
    *(("\u0434\u0430", "\u043d\u0435\u0442"), ("\u03bd\u03b1\u03b9", "\u03cc\u03c7\u03b9")),
)
# A single -1 is mostly a missing code.
TICKED = frozenset(("x", *(yes for yes, _ in BOXES))) - {"-1"}
NOT_TICKED = VOID.union(no for _, no in BOXES)
# Names of the halves of the day.
NOON = "\u0e40\u0e17\u0e35\u0e48\u0e22\u0e07"
MORNING = frozenset(("am", "a.m.", "a. m.", "a", "\u0635", f"\u0e01\u0e48\u0e2d\u0e19{NOON}")) | {
    *("öö", "\u03c0.\u03bc.", "de.", "ap.", "fm", "p.d.", "sa", "pg", "\u0434\u043f"),
    *("\u0642.\u0638.", "上午", "午前", "오전"),
}
EVENING = frozenset(("pm", "p.m.", "p. m.", "p", "\u0645", f"\u0e2b\u0e25\u0e31\u0e07{NOON}")) | {
    *("ös", "\u03bc.\u03bc.", "du.", "ip.", "em", "m.d.", "ch", "ptg", "\u043f\u043f"),
    *("\u0628.\u0638.", "下午", "午後", "오후"),
}
# Words between a day and its hour.
AT = ("at", "\u00e0", "um")
# Locales whose month names are read, as Babel has them; no name is of two months.
MONTHS_OF = ("en", "fr", "es", "pt", "de", "it", "nl", "tr", "ar", "ar_MA", "ar_DZ")
# Frequent missing codes, and their likely meaning: proposed, never applied.
NO_ANSWER = {
    **dict.fromkeys(
        ("n/a", "#n/a", "na", "not applicable", "not asked", "sans objet", "s.o."), "not_asked"
    ),
    **dict.fromkeys(
        (
            *("nr", "n.r.", "no answer", "sans reponse", "sans r\u00e9ponse"),
            *("null", "nan", "none"),
            *("-", "--", ".", "?", "99", "999", "9999", "-99", "-9", "888", "-88"),
            "\u0644\u0627 \u062c\u0648\u0627\u0628",
        ),
        "blank",
    ),
    **dict.fromkeys(
        (
            *("ns", "nsp", "ne sait pas", "don't know", "dk", "ns/nc", "nsp/nr", "ns/nr"),
            *("no sabe", "\u0644\u0627 \u0623\u0639\u0631\u0641"),
        ),
        "dont_know",
    ),
    **dict.fromkeys(("refused", "refus", "refuse", "prefer not to say", "777", "-77"), "refused"),
}
