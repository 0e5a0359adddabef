"""The words of an audit in French, English and Arabic: verdicts, levels, steps, kinds of number."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.publications.audit.model import DATA, NUMBERS, REPORT, SEAL
from readiness.publications.outcomes import BROKEN, COULD_NOT_CHECK, DIFFERS, HOLDS, Outcome

Words = dict[str, str]


@dataclass(frozen=True)
class Meaning:
    """A verdict: its name, what it says and does not say; `sign` and `tone` are for the eye."""

    name: Words
    says: Words
    says_not: Words
    sign: str
    tone: str


HOLD, OPEN, BAD, NEUTRAL = "hold", "open", "bad", "neutral"
"""The tones: it holds, it could not be told, it does not hold, it is not for us to vouch for."""

OUTCOMES: dict[Outcome, Meaning] = {
    Outcome.BROKEN: Meaning(
        {"fr": "SCEAU BRISÉ", "en": "SEAL BROKEN", "ar": "الختم مكسور"},
        {
            "fr": "Un fichier de la publication, ou ce nombre dans son registre, n’est pas celui "
            "qui a été scellé.",
            "en": "A file of the publication, or this number in its register, is not what was "
            "sealed.",
            "ar": "ملف من ملفات المنشور، أو هذا الرقم في سجله، ليس ما خُتم.",
        },
        {
            "fr": "Pourquoi : une copie incomplète ou un éditeur de texte brisent un sceau aussi.",
            "en": "Why: an incomplete copy or a text editor breaks a seal too.",
            "ar": "السبب: فالنسخة الناقصة أو محرر النصوص يكسران الختم أيضًا.",
        },
        "!", BAD,
    ),
    Outcome.DIFFERS: Meaning(
        {"fr": "DIFFÈRE", "en": "DIFFERS", "ar": "مختلف"},
        {
            "fr": "Ce qui ressort, ou ce qui se trouve ici, n’est pas ce qui a été publié.",
            "en": "What comes out, or what lies here, is not what was published.",
            "ar": "ما نتج، أو ما هو موجود هنا، ليس ما نُشر.",
        },
        {
            "fr": "Pourquoi, ni lequel des deux est juste.",
            "en": "Why, nor which of the two is right.",
            "ar": "لماذا، ولا أيهما الصحيح.",
        },
        "≠", BAD,
    ),
    Outcome.ERASED: Meaning(
        {"fr": "DONNÉES EFFACÉES", "en": "DATA ERASED", "ar": "بيانات محذوفة"},
        {
            "fr": "Le registre dit que les données ont été effacées, par exemple parce qu’une "
            "personne s’est retirée ; leurs empreintes restent.",
            "en": "The register says that the data were erased, for example because a respondent "
            "withdrew; their hashes remain.",
            "ar": "يقول السجل إن البيانات حُذفت، مثلًا لأن أحد المجيبين انسحب، وبقيت بصماتها.",
        },
        {
            "fr": "Que le nombre était faux ; il ne peut plus être recalculé.",
            "en": "That the number was wrong; it can no longer be recomputed.",
            "ar": "أن الرقم كان خاطئًا؛ لم يعد ممكنًا إعادة حسابه.",
        },
        "?", OPEN,
    ),
    Outcome.RESTRICTED: Meaning(
        {"fr": "DONNÉES À ACCÈS RÉSERVÉ", "en": "DATA RESTRICTED", "ar": "بيانات مقيَّدة"},
        {
            "fr": "Les données sont réservées à certaines personnes et ne sont pas sur cette "
            "machine.",
            "en": "Only some may have the data, and they are not on this machine.",
            "ar": "البيانات متاحة لبعض الأشخاص فقط، وليست على هذا الجهاز.",
        },
        {
            "fr": "Que le nombre est juste ou faux ; qui a accès aux données peut le vérifier.",
            "en": "That the number is right or wrong; whoever has access can check it.",
            "ar": "أن الرقم صحيح أو خاطئ؛ ومَن له حق الوصول يمكنه التحقق.",
        },
        "?", OPEN,
    ),
    Outcome.MISSING: Meaning(
        {"fr": "DONNÉES ABSENTES", "en": "DATA MISSING", "ar": "بيانات غائبة"},
        {
            "fr": "Les données ne sont intactes dans aucun des lieux consultés.",
            "en": "No place that was looked at holds the data intact.",
            "ar": "لا يحتوي أي مكان جرى البحث فيه على البيانات سليمة.",
        },
        {
            "fr": "Qu’elles ont disparu : un dépôt peut être hors de portée.",
            "en": "That they are gone: a remote may be out of reach.",
            "ar": "أنها ضاعت: فقد يكون أحد المستودعات بعيد المنال.",
        },
        "?", OPEN,
    ),
    Outcome.NOT_CHECKED: Meaning(
        {"fr": "NON VÉRIFIÉ", "en": "NOT CHECKED", "ar": "لم يُتحقق منه"},
        {
            "fr": "Rien n’a été recalculé, ou la comparaison n’a pas pu être menée à bien.",
            "en": "Nothing was recomputed, or the comparison could not be carried through.",
            "ar": "لم يُعَد حساب أي شيء، أو تعذّر إتمام المقارنة.",
        },
        {
            "fr": "Quoi que ce soit du nombre, ni pour ni contre.",
            "en": "Anything about the number, for or against.",
            "ar": "أي شيء عن الرقم، لا له ولا عليه.",
        },
        "?", OPEN,
    ),
    Outcome.WITHIN_ROUNDING: Meaning(
        {"fr": "ÉGAL À L’ARRONDI PRÈS", "en": "WITHIN ROUNDING", "ar": "مساوٍ ضمن التقريب"},
        {
            "fr": "La valeur enregistrée n’est pas la même, de plus que ce qu’un processeur "
            "déplace ; ce qu’on lit, sous l’arrondi déclaré, l’est.",
            "en": "The stored value is not the same, by more than a processor moves it; what "
            "readers see, under the declared rounding, is.",
            "ar": "القيمة المخزَّنة ليست نفسها، بأكثر مما يغيّره المعالج، أما ما يقرؤه القارئ، وفق "
            "التقريب المصرَّح به، فهو نفسه.",
        },
        {
            "fr": "D’où vient l’écart ; une autre version d’une bibliothèque y suffit.",
            "en": "Where the difference comes from; another version of a library is enough.",
            "ar": "من أين جاء الفرق؛ تكفي نسخة أخرى من مكتبة.",
        },
        "≈", HOLD,
    ),
    Outcome.REPRODUCED: Meaning(
        {"fr": "REPRODUIT", "en": "REPRODUCED", "ar": "أعيد إنتاجه"},
        {
            "fr": "Le nombre recalculé est le nombre publié, aux derniers chiffres du processeur "
            "près, et se lit de même ; un fichier dit ce que dit celui qui a été scellé.",
            "en": "The recomputed number is the published one, but for a processor’s last digits, "
            "and reads the same; a file says what the sealed one says.",
            "ar": "الرقم المعاد حسابه هو الرقم المنشور، باستثناء آخر أرقام المعالج، ويُقرأ مثله؛ "
            "والملف يقول ما يقوله الملف المختوم.",
        },
        {
            "fr": "Que le nombre est vrai : les mêmes données et la même méthode donnent les "
            "mêmes fautes.",
            "en": "That the number is true: the same data and method give the same faults.",
            "ar": "أن الرقم حقيقي: فالبيانات نفسها والطريقة نفسها تعطيان الأخطاء نفسها.",
        },
        "✓", HOLD,
    ),
    Outcome.CORRECTED: Meaning(
        {"fr": "CORRIGÉ", "en": "CORRECTED", "ar": "مُصحَّح"},
        {
            "fr": "Le nombre diffère, et l’erratum d’une publication postérieure le nomme avec la "
            "raison.",
            "en": "The number differs, and the erratum of a later publication names it with the "
            "reason.",
            "ar": "الرقم مختلف، ويذكره تصويب منشور لاحق مع السبب.",
        },
        {
            "fr": "Que le nouveau nombre est juste ; c’est à la publication postérieure d’en "
            "répondre.",
            "en": "That the new number is right; the later publication has to answer for it.",
            "ar": "أن الرقم الجديد صحيح؛ فالمنشور اللاحق هو المسؤول عنه.",
        },
        "↻", NEUTRAL,
    ),
    Outcome.ADDED: Meaning(
        {"fr": "AJOUTÉ DEPUIS", "en": "ADDED SINCE", "ar": "أضيف لاحقًا"},
        {
            "fr": "Le code d’aujourd’hui calcule ce nombre en plus ; il ne fait pas partie de la "
            "publication.",
            "en": "Today’s code computes this number besides; it is no part of the publication.",
            "ar": "تحسب الشيفرة الحالية هذا الرقم زيادةً، وليس جزءًا من المنشور.",
        },
        {
            "fr": "Quoi que ce soit de ce qui a été publié.",
            "en": "Anything about what was published.",
            "ar": "أي شيء عمّا نُشر.",
        },
        "+", NEUTRAL,
    ),
    Outcome.NOT_COMPARED: Meaning(
        {"fr": "NON COMPARÉ", "en": "NOT COMPARED", "ar": "لم يُقارَن"},
        {
            "fr": "Les pages n’ont pas été comparées : le code d’aujourd’hui en fait d’autres.",
            "en": "The pages were not compared: today’s code makes others.",
            "ar": "لم تُقارَن الصفحات: فالشيفرة الحالية تُنتج غيرها.",
        },
        {
            "fr": "Qu’elles diffèrent ; l’audit avec le code scellé le dit.",
            "en": "That they differ; the audit with the sealed code tells.",
            "ar": "أنها مختلفة؛ فالتدقيق بالشيفرة المختومة هو الذي يبيّن ذلك.",
        },
        "·", NEUTRAL,
    ),
    Outcome.JUDGED: Meaning(
        {"fr": "JUGÉ", "en": "JUDGED", "ar": "مقيَّم"},
        {
            "fr": "Un chiffre imprimé par d’autres, sans données : il est recopié sans "
            "changement, et l’arithmétique dit ce qu’il peut vouloir dire.",
            "en": "A figure printed by others, without data: it is copied unchanged, and "
            "arithmetic says what it can mean.",
            "ar": "رقم طبعه آخرون دون بيانات: نُقل كما هو، ويقول الحساب ما يمكن أن يعنيه.",
        },
        {
            "fr": "Qu’il a été recalculé, ni qu’il est juste : sans les données, personne ne peut "
            "le dire.",
            "en": "That it was recomputed, or that it is right: without the data, nobody can tell.",
            "ar": "أنه أعيد حسابه، ولا أنه صحيح: فلا أحد يستطيع الجزم بذلك دون البيانات.",
        },
        # No tick: that somebody else's figure stands here unchanged does not vouch for it.
        "§", NEUTRAL,
    ),
}  # fmt: skip
"""What can be said of a number or a file, the gravest first."""

CHANGED: tuple[Words, Words, Words] = (
    {"fr": "A CHANGÉ", "en": "CHANGED", "ar": "تغيّرت"},
    {
        "fr": "Le code, les bibliothèques, la configuration ou l’environnement ne sont plus ceux "
        "du scellement.",
        "en": "Code, libraries, configuration or environment are no longer those of the seal.",
        "ar": "الشيفرة البرمجية أو المكتبات أو الإعدادات أو البيئة لم تعد تلك المختومة.",
    },
    {
        "fr": "Que quelque chose est rompu : chaque nombre garde son propre verdict.",
        "en": "That anything is broken: every number keeps a verdict of its own.",
        "ar": "أن شيئًا ما كُسر: فلكل رقم حكمه الخاص.",
    },
)

VERDICTS: dict[int, tuple[Words, str, str]] = {
    HOLDS: ({"fr": "TIENT", "en": "HOLDS", "ar": "ثابت"}, "✓", HOLD),
    DIFFERS: ({"fr": "DIFFÈRE", "en": "DIFFERS", "ar": "مختلف"}, "≠", BAD),
    COULD_NOT_CHECK: (
        {"fr": "N’A PU ÊTRE VÉRIFIÉ", "en": "COULD NOT CHECK", "ar": "تعذّر التحقق"}, "?", OPEN,
    ),
    BROKEN: ({"fr": "SCEAU BRISÉ", "en": "SEAL BROKEN", "ar": "الختم مكسور"}, "!", BAD),
}  # fmt: skip
"""The verdict on a publication by the exit code of its audit: name, sign, tone."""

LEVELS: dict[int, tuple[Words, Words, Words]] = {
    SEAL: (
        {"fr": "le sceau", "en": "the seal", "ar": "الختم"},
        {
            "fr": "Chaque fichier du dossier est-il celui qui a été scellé ?",
            "en": "Is every file of the folder the one that was sealed?",
            "ar": "هل كل ملف في المجلد هو الملف المختوم؟",
        },
        {
            "fr": "si les nombres sont justes, ni si le dossier a été scellé à nouveau après un "
            "changement.",
            "en": "whether the numbers are right, or whether the folder was sealed anew after a "
            "change.",
            "ar": "إن كانت الأرقام صحيحة، أو إن كان المجلد قد خُتم من جديد بعد تغيير.",
        },
    ),
    DATA: (
        {"fr": "les données", "en": "the data", "ar": "البيانات"},
        {
            "fr": "Toutes les copies des données et les autres fichiers d’entrée sont-ils, octet "
            "par octet, ceux qui ont été scellés ?",
            "en": "Are all copies of the data, and the other inputs, byte for byte those that were "
            "sealed?",
            "ar": "هل كل نسخ البيانات والمدخلات الأخرى مطابقة بايتًا بايتًا لما خُتم؟",
        },
        {
            "fr": "si les réponses sont sincères ; rien n’est calculé.",
            "en": "whether the answers are sincere; nothing is computed.",
            "ar": "إن كانت الأجوبة صادقة؛ ولا يُحسب أي شيء.",
        },
    ),
    NUMBERS: (
        {"fr": "les nombres", "en": "the numbers", "ar": "الأرقام"},
        {
            "fr": "Recalculé à partir des données, chaque nombre ressort-il comme publié ?",
            "en": "Recomputed from the data, does every number come out as published?",
            "ar": "عند إعادة الحساب من البيانات، هل يأتي كل رقم كما نُشر؟",
        },
        {
            "fr": "si la méthode est la bonne : une faute se reproduit aussi bien.",
            "en": "whether the method is the right one: a fault is reproduced just as well.",
            "ar": "إن كانت الطريقة هي الصحيحة: فالخطأ أيضًا يُعاد إنتاجه.",
        },
    ),
    REPORT: (
        {"fr": "le rapport", "en": "the report", "ar": "التقرير"},
        {
            "fr": "Refaits, les graphiques, les tableaux et le rapport disent-ils la même chose ?",
            "en": "Made again, do charts, tables and report say the same?",
            "ar": "بعد إعادة إنتاجها، هل تقول الرسوم والجداول والتقرير الشيء نفسه؟",
        },
        {
            "fr": "si le texte interprète bien les nombres.",
            "en": "whether the text reads the numbers well.",
            "ar": "إن كان النص يفسّر الأرقام تفسيرًا سليمًا.",
        },
    ),
}
"""The levels: name, what it looks at, what it does not show."""

KINDS: dict[str, Words] = {
    "claim": {"fr": "chiffres imprimés", "en": "printed figures", "ar": "أرقام مطبوعة"},
    "count": {"fr": "effectifs", "en": "counts", "ar": "أعداد"},
    "estimate": {"fr": "estimations", "en": "estimates", "ar": "تقديرات"},
    "interval": {
        "fr": "intervalles et précision", "en": "intervals and precision", "ar": "مجالات ودقة",
    },
    "quality": {
        "fr": "qualité des réponses", "en": "quality of the answers", "ar": "جودة الأجوبة",
    },
    "revision": {"fr": "révisions", "en": "revisions", "ar": "مراجعات"},
    "setting": {"fr": "réglages", "en": "settings", "ar": "إعدادات"},
    "test": {"fr": "tests", "en": "tests", "ar": "اختبارات"},
    "verdict": {
        "fr": "nombres de nos jugements", "en": "numbers of our judgements",
        "ar": "أرقام تقييماتنا",
    },
    "weighting": {"fr": "pondération", "en": "weighting", "ar": "الترجيح"},
}  # fmt: skip
"""The kinds of number in a register."""

STEPS: dict[str, Words] = {
    "restore": {"fr": "restauration des données", "en": "restoring data", "ar": "استرجاع البيانات"},
    "validate": {
        "fr": "contrôle des réponses", "en": "checking the answers", "ar": "فحص الأجوبة",
    },
    "weight": {"fr": "pondération", "en": "weighting", "ar": "الترجيح"},
    "estimate": {"fr": "estimation", "en": "estimation", "ar": "التقدير"},
    "compare": {"fr": "comparaison des groupes", "en": "comparing groups", "ar": "مقارنة الفئات"},
    "judge": {"fr": "jugement des chiffres", "en": "judging figures", "ar": "تقييم الأرقام"},
    "register": {"fr": "registre des nombres", "en": "register of numbers", "ar": "سجل الأرقام"},
    "draw": {"fr": "graphiques", "en": "charts", "ar": "الرسوم البيانية"},
    "report": {"fr": "rapport", "en": "report", "ar": "التقرير"},
}  # fmt: skip
"""The steps of a chain."""
