"""Words that survey tools write in the languages of their users, as match keys."""

TICKED = frozenset(
    (
        "1",
        "1.0",
        "true",
        "yes",
        "y",
        "x",
        "checked",
        "ticked",
        "selected",
        "quoted",
        "on",
        "oui",
        "vrai",
        "coche",
        "coch\u00e9",
        "coch\u00e9e",
        "si",
        "s\u00ed",
        "verdadero",
        "sim",
        "ja",
        "wahr",
        "gew\u00e4hlt",
        "vero",
        "\u0646\u0639\u0645",
        "\u0635\u062d\u064a\u062d",
    )
)
# Of a box that has a column of its own.
NOT_TICKED = frozenset(
    (
        "",
        "0",
        "0.0",
        "n/a",
        "na",
        "nan",
        "false",
        "no",
        "n",
        "unchecked",
        "not ticked",
        "not selected",
        "not quoted",
        "off",
        "non",
        "faux",
        "non coche",
        "non coch\u00e9",
        "non coch\u00e9e",
        "falso",
        "nein",
        "nee",
        "n\u00e3o",
        "nao",
        "falsch",
        "nicht gew\u00e4hlt",
        "\u0644\u0627",
        "\u062e\u0637\u0623",
    )
)
# What a program writes where nothing is.
VOID = frozenset(("", "na", "n/a", "nan", "null", "nat"))
MORNING = frozenset(("am", "a.m.", "a. m.", "a", "\u0635"))
# Which half of the day an hour is of.
EVENING = frozenset(("pm", "p.m.", "p. m.", "p", "\u0645"))
# What often stands where there is no answer, and what it may mean: proposed, never applied.
NO_ANSWER = {
    **dict.fromkeys(
        ("n/a", "#n/a", "na", "not applicable", "not asked", "sans objet", "s.o."), "not_asked"
    ),
    **dict.fromkeys(
        (
            "nr",
            "n.r.",
            "no answer",
            "sans reponse",
            "sans r\u00e9ponse",
            "null",
            "nan",
            "none",
            "-",
            "--",
            ".",
            "?",
            "99",
            "999",
            "9999",
            "-99",
            "-9",
            "888",
            "-88",
            "\u0644\u0627 \u062c\u0648\u0627\u0628",
        ),
        "blank",
    ),
    **dict.fromkeys(
        (
            "ns",
            "nsp",
            "ne sait pas",
            "don't know",
            "dk",
            "ns/nc",
            "nsp/nr",
            "ns/nr",
            "no sabe",
            "\u0644\u0627 \u0623\u0639\u0631\u0641",
        ),
        "dont_know",
    ),
    **dict.fromkeys(("refused", "refus", "refuse", "prefer not to say", "777", "-77"), "refused"),
}
