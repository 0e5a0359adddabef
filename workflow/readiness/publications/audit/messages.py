"""What an audit finds is written in English; here it is said in French and Arabic.

A message that no pattern knows (an error of a program, a note of an analyst) stays as it is and is
marked as English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from readiness.publications.audit.glossary import Words
from readiness.publications.chain import RESTORE


@dataclass(frozen=True)
class Message:
    """A finding's text by language, with `{name}` for its `values`.

    Values whose name begins with `said` are English sentences, with `text` quotations in any
    language, all others names and numbers.
    `template` lacks a language in which `original` is to be shown.
    """

    original: str
    template: Words = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


_DAMAGED = (
    r"every copy is damaged \(.*\)\. Restore data/store with git, or fetch the object from another "
    r"remote\."
)
_NOWHERE = (
    r"the object [0-9a-f.dir]+ is in no place that was looked at \((?P<said>.*)\)\. "
    r"(?:It is restricted: ask who may have it\. )?"
    r"Restore data/store with git, or add the remote that holds it\."
)
_PATTERNS: tuple[tuple[str, str, str], ...] = (
    # -- the seal --------------------------------------------------------------------------------
    (r"added after the seal", "ajouté après le sceau", "أضيف بعد الختم"),
    (r"removed", "retiré", "أزيل"),
    (r"changed", "changé", "تغيّر"),
    (r"left out of this bundle, for it names respondents",
     "laissé hors de ce paquet, car il nomme des répondants",
     "تُرك خارج هذه الحزمة لأنه يسمّي مستجيبين"),
    # -- signatures ------------------------------------------------------------------------------
    (r"signed the present seal", "a signé le présent sceau", "وقّع الختم الحالي"),
    (r"signs another seal than the present one", "signe un autre sceau que le présent",
     "يوقّع ختمًا غير الختم الحالي"),
    (r"what it says of the step (?P<step>\S+) is not what the sidecar states",
     "ce qu’il dit de l’étape {step} n’est pas ce qu’atteste sa fiche",
     "ما يقوله عن الخطوة {step} ليس ما تشهد به بطاقتها"),
    (r"states something else than the seal", "atteste autre chose que le sceau",
     "يشهد بغير ما يشهد به الختم"),
    (r"not made by this key over this statement",
     "n’a pas été fait avec cette clé sur cette déclaration",
     "لم يُنشأ بهذا المفتاح على هذا التصريح"),
    (r"made by key (?P<key>[0-9a-f]{64})", "fait avec la clé {key}", "أُنشئ بالمفتاح {key}"),
    (r"this key is none of the signers'", "cette clé n’est celle d’aucun signataire",
     "هذا المفتاح ليس لأي من الموقّعين"),
    (r"line (?P<n>\d+) is no envelope of a signature",
     "la ligne {n} n’est pas l’enveloppe d’une signature",
     "السطر {n} ليس غلاف توقيع"),
    (r"line (?P<n>\d+) repeats a signer", "la ligne {n} répète un signataire",
     "السطر {n} يكرر موقّعًا"),
    (r"no ordinary file", "n’est pas un fichier ordinaire", "ليس ملفًا عاديًّا"),
    (r"holds the bytes of (?P<other>.+)", "contient les octets de {other}", "يحوي بايتات {other}"),
    (r"was published", "a été publié, et n’est plus dans le registre",
     "نُشر، ولم يعد في السجل"),
    (r"was not published", "n’a pas été publié", "لم يُنشر"),
    (r"(?P<n>\d+) more numbers", "et {n} autres nombres", "و{n} من الأرقام الأخرى"),
    (r"the seal is that of (?P<other>.+)", "le sceau est celui de {other}",
     "الختم هو ختم {other}"),
    (r"not found\. Restore it with git\.", "introuvable ; à restaurer avec git",
     "غير موجود؛ يُسترجع بواسطة git"),
    (r"not a seal\. Restore it with git\.", "n’est pas un sceau ; à restaurer avec git",
     "ليس ختمًا؛ يُسترجع بواسطة git"),
    (r"changed after it was made\. Restore it with git\.",
     "changé après sa création ; à restaurer avec git",
     "تغيّر بعد إنشائه؛ يُسترجع بواسطة git"),
    (r"cannot be read \((?P<said>.*)\)", "illisible ({said})", "تعذّرت قراءته ({said})"),
    (r"not there, but the frozen code leaves it", "absent, alors que le code scellé le produit",
     "غير موجود، مع أن الشيفرة المختومة تُنتجه"),
    (r"no step of the frozen code leaves it", "aucune étape du code scellé ne le produit",
     "لا تُنتجه أي خطوة من الشيفرة المختومة"),
    (r"its settings are not those that the frozen code and configuration give",
     "ses réglages ne sont pas ceux que donnent le code et la configuration scellés",
     "إعداداته ليست تلك التي تعطيها الشيفرة والإعدادات المختومة"),
    (r"what it says was read is not what the frozen code reads",
     "ce qu’il dit avoir été lu n’est pas ce que lit le code scellé",
     "ما يقول إنه قُرئ ليس ما تقرؤه الشيفرة المختومة"),
    (r"its (?P<name>[^:]+): not what the folder (?:holds|states)",
     "ce qu’il atteste ({name}) n’est pas ce que contient le dossier",
     "ما يشهد به ({name}) ليس ما في المجلد"),
    (r"its (?P<name>[^:]+): not what (?P<step>\S+) says that it left",
     "{name} : ce n’est pas ce que {step} dit avoir laissé", "{name}: ليس ما يقول {step} إنه تركه"),
    (r"its (?P<name>[^:]+): no sidecar of a step that left it",
     "{name} : aucune fiche d’une étape qui l’aurait laissé",
     "{name}: لا توجد بطاقة لخطوة تركته"),
    (r"its (?P<name>[^:]+): no file that is sealed", "{name} : aucun fichier scellé",
     "{name}: ليس ملفًا مختومًا"),
    (r"its (?P<name>[^:]+): not the dataset version that is sealed",
     "{name} : ce n’est pas la version du jeu de données qui est scellée",
     "{name}: ليست نسخة البيانات المختومة"),
    (r"its datasets: not those of the steps before it",
     "ses jeux de données ne sont pas ceux des étapes qui précèdent",
     "بياناته ليست بيانات الخطوات التي قبله"),
    (r"its columns are not those of (?:a ledger|such a table): (?P<name>.+)",
     "ses colonnes ne sont pas celles d’une telle table : {name}",
     "أعمدته ليست أعمدة جدول كهذا: {name}"),
    (r"not the digests of the numbers in the ledger",
     "ce ne sont pas les empreintes des nombres du registre", "ليست بصمات أرقام السجل"),
    (r"a row has cells of no column, or lacks some",
     "une ligne a des cellules sans colonne, ou il lui en manque",
     "في سطر خلايا بلا عمود، أو تنقصه خلايا"),
    (r"names (?P<name>.+) (?P<n>\d+) times", "nomme {name} {n} fois",
     "يذكر {name} أكثر من مرة ({n})"),
    (r"no sidecar of a step", "ce n’est la fiche d’aucune étape", "ليس بطاقة أي خطوة"),
    (r"nothing that was published rests on it", "rien de ce qui a été publié n’en dépend",
     "لا شيء مما نُشر يعتمد عليه"),
    (r"not there", "absent", "غير موجود"),
    (r"(?P<name>\S+): neither code nor a file of this run",
     "{name} : ni du code, ni un fichier de ce calcul", "{name}: ليس شيفرة ولا ملفًا لهذا الحساب"),
    (r"seal of format 1: it covers neither the workflow's rules, profiles and templates as code, "
     r"nor the log of publications",
     "sceau de format 1 : il ne couvre ni les règles, profils et modèles comme code, ni le journal "
     "des publications",
     "ختم من الصيغة 1: لا يشمل القواعد والإعدادات والقوالب بوصفها شيفرة، ولا سجل المنشورات"),
    (r"stated, not checked: (?P<names>.+)", "attesté, non vérifié : {names}",
     "مذكور ولم يُتحقق منه: {names}"),
    (r"the code of (?P<steps>.+) is not what the sidecars state",
     "le code de {steps} n’est pas celui qu’attestent les fiches des étapes",
     "شيفرة {steps} ليست ما تشهد به بطاقات الخطوات"),
    # -- the log of publications -----------------------------------------------------------------
    (r"not found: nobody can tell whether a publication is missing",
     "introuvable : personne ne peut dire si une publication manque",
     "غير موجود: لا أحد يستطيع أن يقول هل ينقص منشور"),
    (r"not a log of publications\. Restore it with git\.",
     "n’est pas un journal de publications ; à restaurer avec git",
     "ليس سجلًّا للمنشورات؛ يُسترجع بواسطة git"),
    (r"changed after it was written\. Restore it with git\.",
     "changé après avoir été écrit ; à restaurer avec git",
     "تغيّر بعد كتابته؛ يُسترجع بواسطة git"),
    (r"lists this publication, which is not here",
     "nomme cette publication, qui n’est pas ici", "يذكر هذا المنشور، وهو ليس هنا"),
    (r"its log: (?P<said>.*)", "son journal : {said}", "سجل المنشورات: {said}"),
    (r"publications/index\.json: (?P<said>.*)", "publications/index.json : {said}",
     "publications/index.json: {said}"),
    (r"lists this publication as released, but its seal is that of a draft",
     "nomme cette publication comme parue, mais son sceau est celui d’un projet",
     "يذكر هذا المنشور على أنه صدر، لكن ختمه ختم مسودة"),
    (r"does not list this publication, though it is released",
     "ne nomme pas cette publication, pourtant parue", "لا يذكر هذا المنشور مع أنه صدر"),
    (r"lists another seal of this publication than the present one",
     "nomme un autre sceau de cette publication que le sceau présent",
     "يذكر لهذا المنشور ختمًا غير الختم الحالي"),
    (r"this publication was sealed under another log than the present one",
     "cette publication a été scellée sous un autre journal que le présent",
     "خُتم هذا المنشور في ظل سجل غير السجل الحالي"),
    (r"this publication was sealed at another place of the log",
     "cette publication a été scellée à un autre endroit du journal",
     "خُتم هذا المنشور عند موضع آخر من السجل"),
    # -- data ------------------------------------------------------------------------------------
    (r"MD5, SHA-256, size and rows are the sealed ones",
     "MD5, SHA-256, taille et lignes sont ceux du sceau",
     "MD5 وSHA-256 والحجم وعدد الأسطر كما خُتمت"),
    (r"the sealed bytes", "les octets scellés", "البايتات المختومة"),
    (r"not the sealed bytes", "ce ne sont pas les octets scellés", "ليست البايتات المختومة"),
    (r"not the sealed one, so nothing is held against it",
     "n’est pas celui qui a été scellé : rien n’y est donc comparé",
     "ليس الملف المختوم، لذلك لا يُقارَن به شيء"),
    (r"not the sealed pointer", "ce n’est pas le pointeur scellé", "ليس المؤشر المختوم"),
    (r"removed from the tree", "retiré de l’arbre", "أزيل من الشجرة"),
    (r"has no row", "n’a pas de ligne", "ليس له سطر"),
    (r"(?P<columns>[a-z0-9_, ]+): not as sealed", "pas comme scellé : {columns}",
     "ليس كما خُتم: {columns}"),
    (r"no such pointer: `dvc gc` would drop the data",
     "pas de tel pointeur : « dvc gc » supprimerait les données",
     "لا يوجد هذا المؤشر: الأمر «dvc gc» سيحذف البيانات"),
    (r"a link that leads out of the tree", "un lien qui mène hors de l’arbre",
     "رابط يؤدي إلى خارج الشجرة"),
    (r"(?:(?P<name>\S+@\S+): )?the object [0-9a-f]+ is in no place that was looked at "
     r"\((?P<said>.*)\)\. Name the remote that holds it: --remote ADDRESS\.",
     "absent de tous les lieux consultés ({said}) ; nommer le dépôt qui le détient : "
     "--remote ADRESSE",
     "غير موجود في أي مكان جرى البحث فيه ({said})؛ يُسمّى المستودع الذي يحتويه: --remote"),
    (r"a copy of what was erased", "une copie de ce qui a été effacé", "نسخة مما حُذف"),
    (rf"{_DAMAGED}", "toutes les copies sont abîmées ; restaurer data/store avec git, ou reprendre "
     "l’objet d’un autre dépôt",
     "كل النسخ تالفة؛ يُسترجع data/store بواسطة git، أو يُجلب الملف من مستودع آخر"),
    (rf"(?P<name>\S+@\S+): {_DAMAGED}",
     "{name} : toutes les copies sont abîmées ; restaurer data/store avec git, ou reprendre "
     "l’objet d’un autre dépôt",
     "{name}: كل النسخ تالفة؛ يُسترجع data/store بواسطة git، أو يُجلب الملف من مستودع آخر"),
    (rf"{_NOWHERE}", "absent de tous les lieux consultés ({said}) ; restaurer data/store avec git, "
     "ou ajouter le dépôt qui détient les données",
     "غير موجود في أي مكان جرى البحث فيه ({said})؛ يُسترجع data/store بواسطة git، أو يُضاف المستودع "
     "الذي يحتوي على البيانات"),
    (rf"(?P<name>\S+@\S+): {_NOWHERE}",
     "{name} : absent de tous les lieux consultés ({said}) ; restaurer data/store avec git, ou "
     "ajouter le dépôt qui détient les données",
     "{name}: غير موجود في أي مكان جرى البحث فيه ({said})؛ يُسترجع data/store بواسطة git، أو يُضاف "
     "المستودع الذي يحتوي على البيانات"),
    (r"erased: (?P<said>.*)", "effacées : {said}", "محذوفة: {said}"),
    (r"(?P<found>\d+) rows instead of (?P<sealed>\d+)", "{found} lignes au lieu de {sealed}",
     "{found} من الأسطر بدل {sealed}"),
    (r"(?P<found>\d+) bytes instead of (?P<sealed>\d+)", "{found} octets au lieu de {sealed}",
     "{found} من البايتات بدل {sealed}"),
    (r"its (?P<hash>SHA-256|MD5) is not the registered one",
     "son empreinte {hash} n’est pas celle du registre",
     "بصمته {hash} ليست المسجَّلة"),
    # -- numbers ---------------------------------------------------------------------------------
    (r"levels 0 and 1 compute nothing", "les niveaux 0 et 1 ne calculent rien",
     "المستويان 0 و1 لا يحسبان شيئًا"),
    (r"the ledger is not the sealed one", "le registre n’est pas celui qui a été scellé",
     "السجل ليس السجل المختوم"),
    (r"(?P<file>\S+) is not the sealed one", "{file} n’est pas celui qui a été scellé",
     "{file} ليس الملف المختوم"),
    (r"stands (?P<n>\d+) times in the ledger", "figure {n} fois dans le registre",
     "يرد في السجل أكثر من مرة ({n})"),
    (r"the lineage is not that of the steps that make it",
     "son lignage n’est pas celui des étapes qui le produisent",
     "سلسلة مصدره ليست سلسلة الخطوات التي تنتجه"),
    (r"the run needs (?P<names>.+)", "le calcul a besoin de {names}", "يحتاج الحساب إلى {names}"),
    (r"the seal is broken: the frozen code is not run",
     "le sceau est brisé : le code scellé n’est pas lancé",
     "الختم مكسور: لا تُشغَّل الشيفرة المختومة"),
    (r"the seal could not be checked: the frozen code is not run",
     "le sceau n’a pas pu être vérifié : le code scellé n’est pas lancé",
     "تعذّر التحقق من الختم: لا تُشغَّل الشيفرة المختومة"),
    (r"the ledger says more of it: (?P<said>.+)", "le registre en dit davantage : {said}",
     "يقول السجل عنه أكثر من ذلك: {said}"),
    (r"could not be made again: (?P<said>.*)", "n’a pas pu être refait : {said}",
     "تعذّرت إعادة إنتاجه: {said}"),
    (r"bubblewrap cannot be used here, and without it the code of another tree is not run\. "
     r"Install it, or say --no-sandbox\.",
     "bubblewrap n’est pas utilisable ici, et sans lui le code d’un autre arbre n’est pas lancé ; "
     "l’installer, ou demander --no-sandbox",
     "لا يمكن استعمال bubblewrap هنا، ودونه لا تُشغَّل شيفرة شجرة أخرى؛ يُثبَّت أو يُطلب "
     "--no-sandbox"),
    (r"it (?:took|had) more than (?P<bound>\d+) (?:seconds|MiB of memory|processes) and was ended",
     "a dépassé la limite de {bound} et a été arrêté", "تجاوز الحد {bound} فأُوقف"),
    (r"what it left cannot be taken: (?P<said>.*)",
     "ce qu’il a laissé ne peut pas être repris : {said}", "ما تركه لا يمكن أخذه: {said}"),
    (r"a report that is none of this program's \((?P<name>.*)\)",
     "un rapport qui n’est pas de ce programme ({name})", "تقرير ليس من هذا البرنامج ({name})"),
    (r"no longer computed", "n’est plus calculé", "لم يعد يُحسب"),
    (r"computed by today's code, no part of the publication",
     "calculé par le code d’aujourd’hui, hors de la publication",
     "تحسبه الشيفرة الحالية، وليس جزءًا من المنشور"),
    (r"corrected by (?P<other>[^:\s]+): (?P<said>.*)", "corrigé par {other} : {said}",
     "صحّحه {other}: {said}"),
    (r"another value in the register", "une autre valeur dans le registre",
     "قيمة أخرى في السجل"),
    (r"suppressed was empty, became (?P<said>.+)", "n’est plus publié : {said}",
     "لم يعد يُنشر: {said}"),
    (r"suppressed was (?P<said>.+), became empty", "n’était pas publié : {said}",
     "لم يكن يُنشر: {said}"),
    (r"(?P<column>[a-z_]+) was empty, became (?P<new>.+)", "{column} était vide, devient {new}",
     "كان {column} فارغًا وصار {new}"),
    (r"(?P<column>[a-z_]+) was (?P<old>.+), became empty", "{column} était {old}, devient vide",
     "كان {column} هو {old} وصار فارغًا"),
    (r"(?P<column>[a-z_]+) was (?P<old>.+), became (?P<new>.+)",
     "{column} était {old}, devient {new}", "كان {column} هو {old} وصار {new}"),
    (r"the same under (?P<contract>.+)", "égal sous l’arrondi déclaré",
     "متساوٍ وفق التقريب المصرَّح به"),
    (r"shown as (?P<text>.*), but its value is another one",
     "affiché de même, mais sa valeur est une autre", "يُعرض كما هو، لكن قيمته مختلفة"),
    (r"(?P<old>[^“”]*) became (?P<new>[^“”]*)", "affiché autrement", "يُعرض بشكل مختلف"),
    # -- the report ------------------------------------------------------------------------------
    (r"the same bytes", "les mêmes octets", "البايتات نفسها"),
    (r"other bytes", "d’autres octets", "بايتات أخرى"),
    (r"the same words, numbers and pictures, other bytes",
     "les mêmes mots, nombres et images, d’autres octets",
     "الكلمات والأرقام والصور نفسها، وبايتات أخرى"),
    (r"pages not compared: the frozen code makes them \(--code frozen\)",
     "pages non comparées : le code scellé les refait (--code frozen)",
     "لم تُقارَن الصفحات: الشيفرة المختومة هي التي تعيد إنتاجها (--code frozen)"),
    (r"a script or style is not that of the sealed code’s page",
     "un script ou un style n’est pas celui de la page du code scellé",
     "برنامج نصي أو نمط ليس ذاك الذي في صفحة الشيفرة المختومة"),
    (r"is drawn otherwise", "est dessiné autrement", "مرسوم بشكل مختلف"),
    (r"a picture is drawn otherwise", "une image est dessinée autrement",
     "إحدى الصور مرسومة بشكل مختلف"),
    (r"holds (?P<name>.+), which the sealed code’s page does not",
     "contient {name}, que la page du code scellé n’a pas",
     "يحوي {name}، وليس ذلك في صفحة الشيفرة المختومة"),
    (r"(?P<old>\d+) pages became (?P<new>\d+)", "{old} pages, puis {new}",
     "{old} من الصفحات صارت {new}"),
    (r"cannot be read as a PDF", "illisible comme PDF", "تعذّرت قراءته كملف PDF"),
    (r"“(?P<text_old>.*)” became “(?P<text_new>.*)”", "« {text_old} » devient « {text_new} »",
     "«{text_old}» صار «{text_new}»"),
    (r"“(?P<text>.*)” is gone", "« {text} » a disparu", "«{text}» اختفى"),
    (r"“(?P<text>.*)” was added", "« {text} » est nouveau", "«{text}» أضيف"),
    (r"is no longer made", "n’est plus produit", "لم يعد يُنتَج"),
    # -- notes, and places that are no file --------------------------------------------------------
    (r"a draft: it may be frozen again, with other numbers",
     "projet : il peut être scellé de nouveau, avec d’autres nombres",
     "مسودة: قد يُختم من جديد بأرقام أخرى"),
    (r"the draft (?P<other>[^:\s]+) is to supersede it",
     "le projet {other} doit la remplacer", "المسودة {other} ستحل محله"),
    (r"the draft (?P<other>[^:\s]+) is to supersede it: (?P<said>.+)",
     "le projet {other} doit la remplacer ; erratum : {said}",
     "المسودة {other} ستحل محله؛ تصويب: {said}"),
    (r"superseded by (?P<other>[^:\s]+)", "remplacée par {other}", "حلّ محله {other}"),
    (r"superseded by (?P<other>[^:\s]+): (?P<said>.+)",
     "remplacée par {other} ; erratum : {said}", "حلّ محله {other}؛ تصويب: {said}"),
    (r"the frozen code was not run: there is no sandbox",
     "le code scellé n’a pas été lancé : il n’y a pas de bac à sable",
     "لم تُشغَّل الشيفرة المختومة: لا توجد بيئة معزولة"),
    (r"the frozen code ran without a sandbox: bubblewrap cannot be used here",
     "le code scellé a été lancé sans bac à sable : bubblewrap n’est pas utilisable ici",
     "شُغِّلت الشيفرة المختومة دون بيئة معزولة: لا يمكن استعمال bubblewrap هنا"),
    (r"the frozen code ran without a sandbox, as was asked",
     "le code scellé a été lancé sans bac à sable, comme demandé",
     "شُغِّلت الشيفرة المختومة دون بيئة معزولة، كما طُلب"),
    (r"(?P<other>\S+) supersedes another seal of it than the present one",
     "{other} remplace un autre sceau de cette publication que le sceau présent",
     "{other} يحل محل ختم لهذا المنشور غير الختم الحالي"),
    (r"(?P<name>\S+) in store (?P<store>\S+) \((?P<path>.*)\)",
     "{name} dans le dépôt {store} ({path})", "{name} في المستودع {store} ({path})"),
    (r"(?P<name>\S+) in DVC cache \((?P<path>.*)\)", "{name} dans le cache de DVC ({path})",
     "{name} في ذاكرة DVC ({path})"),
    (r"(?P<name>\S+) in (?P<where>\S+) \((?P<path>.*)\)", "{name} dans {where} ({path})",
     "{name} في {where} ({path})"),
    # -- causes ----------------------------------------------------------------------------------
    (r"data", "données", "البيانات"),
    (r"data \((?P<roles>[^)]*)\)", "données ({roles})", "البيانات ({roles})"),
    (r"settings \((?P<keys>[^)]*)\)", "réglages ({keys})", "الإعدادات ({keys})"),
    (r"code", "code", "الشيفرة البرمجية"),
    (r"code \(the step was not run\)", "code (l’étape n’a pas eu lieu)",
     "الشيفرة البرمجية (لم تُنفَّذ الخطوة)"),
    (r"environment", "environnement", "بيئة التشغيل"),
)  # fmt: skip
_COMPILED = [(re.compile(pattern), fr, ar) for pattern, fr, ar in _PATTERNS]
_UNDER = re.compile(r"(?P<first>.*), and the environment is another one \((?P<what>.*)\)")
_PARTED = re.compile(
    r"(?P<step>\S+): (?:(?P<causes>.*) changed|(?P<build>made on another .*)|other outputs .*)"
)


def read_message(text: str) -> list[Message]:
    """The parts of a finding's text, each one translated where it is known.

    Parts come from "A; B" (two things said of one number) and from a difference that another
    environment may explain.
    """
    under = _UNDER.fullmatch(text)
    if under:
        other = Message(
            f"the environment is another one ({under['what']})",
            {"fr": "l’environnement est un autre ({what})", "ar": "البيئة مختلفة ({what})"},
            {"what": under["what"]},
        )
        return [*read_message(under["first"]), other]
    whole = _read_one(text)
    if not whole.template and "; " in text:
        parts = [_read_one(part) for part in text.split("; ")]
        if all(part.template for part in parts):
            return parts
    return [whole]


def _read_one(text: str) -> Message:
    for pattern, french, arabic in _COMPILED:
        match = pattern.fullmatch(text)
        if match:
            values = {name: value or "" for name, value in match.groupdict().items()}
            return Message(text, {"fr": french, "ar": arabic}, values)
    return Message(text)


@dataclass(frozen=True)
class Parted:
    """Where a chain parts: the step by its name in the chain, and what changed there; where
    nothing did, the name of the `text` that says so."""

    step: str
    causes: tuple[Message, ...]
    text: str = ""

    @property
    def kind(self) -> str:
        """The step without the dataset version that it may name."""
        return RESTORE.removesuffix("-") if self.step.startswith(RESTORE) else self.step


def read_divergence(text: str) -> Parted | None:
    """An audit's divergence; None when the run could not be made again."""
    match = _PARTED.fullmatch(text)
    if not match:
        return None
    # Roles and keys stand in brackets and hold commas of their own.
    causes = re.findall(r"[a-z]+(?: \([^)]*\))?", match["causes"] or "")
    text = "parts_build" if match["build"] else "parts_outputs"
    return Parted(match["step"], tuple(_read_one(cause) for cause in causes), text)
