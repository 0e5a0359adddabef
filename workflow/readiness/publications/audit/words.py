"""What the page and the certificate of an audit say, in French, English and Arabic.

`{what}` is filled with a number or a name when a text is said. Each text gives the innocent reading
and says what was not looked at; the words of the verdicts are in `glossary`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from readiness.forensics.sentences import compose
from readiness.language import numbers
from readiness.publications.audit.sentences import SENTENCES

Value = int | str
Plain = Callable[[str], str]
Fill = Callable[[str, Value], str]
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

TEXTS: dict[str, dict[str, str]] = {
    **SENTENCES,
    # -- the page --------------------------------------------------------------------------------
    "title": {
        "fr": "Audit de chiffres publiés",
        "en": "Audit of published numbers",
        "ar": "تدقيق الأرقام المنشورة",
    },
    "intro": {
        "fr": "Un audit reprend ce qui a été publié et dit, nombre par nombre, ce qui tient "
        "encore. Il compare des fichiers et des nombres ; il ne met personne en cause.",
        "en": "An audit takes up what was published and says, number by number, what still holds. "
        "It compares files and numbers; it accuses nobody.",
        "ar": "يستعيد التدقيق ما نُشر ويقول، رقمًا رقمًا، ما الذي لا يزال ثابتًا. وهو يقارن الملفات "
        "والأرقام، ولا يتهم أحدًا.",
    },
    "publication": {"fr": "Publication", "en": "Publication", "ar": "المنشور"},
    "verdict": {"fr": "Verdict", "en": "Verdict", "ar": "الحكم"},
    "summary": {"fr": "En bref", "en": "In brief", "ar": "باختصار"},
    "summary_caption": {
        "fr": "Un verdict par publication",
        "en": "One verdict a publication",
        "ar": "حكم واحد لكل منشور",
    },
    "simulated": {
        "fr": "Données simulées : aucune personne réelle n’a donné ces réponses. Ces nombres ne "
        "décrivent aucune population réelle.",
        "en": "Simulated data: no real person gave these answers. These numbers describe no real "
        "population.",
        "ar": "بيانات محاكاة: لم يقدّم أي شخص حقيقي هذه الأجوبة، ولا تصف هذه الأرقام أي مجتمع "
        "حقيقي.",
    },
    "simulated_foot": {"fr": "Données simulées", "en": "Simulated data", "ar": "بيانات محاكاة"},
    "run": {
        "fr": "{level}, {what} (les niveaux vont de 0 à 3).",
        "en": "{level}, {what} (levels go from 0 to 3).",
        "ar": "{level}، {what} (المستويات من 0 إلى 3).",
    },
    "code_today": {
        "fr": "Les nombres ont été recalculés avec le code d’aujourd’hui.",
        "en": "The numbers were recomputed with today’s code.",
        "ar": "أعيد حساب الأرقام بالشيفرة البرمجية الحالية.",
    },
    "code_frozen": {
        "fr": "Les nombres ont été recalculés avec le code scellé de la publication.",
        "en": "The numbers were recomputed with the publication’s own sealed code.",
        "ar": "أعيد حساب الأرقام بالشيفرة البرمجية المختومة مع المنشور.",
    },
    "no_code": {
        "fr": "Aucun nombre n’a été recalculé.",
        "en": "No number was recomputed.",
        "ar": "لم يُعَد حساب أي رقم.",
    },
    "digest": {"fr": "Empreinte du sceau", "en": "Digest of the seal", "ar": "بصمة الختم"},
    "digest_none": {
        "fr": "le sceau ne peut être lu",
        "en": "the seal cannot be read",
        "ar": "لا يمكن قراءة الختم",
    },
    # -- parts -----------------------------------------------------------------------------------
    "levels": {
        "fr": "Ce qui a été examiné, et ce qui ne l’a pas été",
        "en": "What was looked at, and what was not",
        "ar": "ما الذي فُحص وما الذي لم يُفحص",
    },
    "level": {"fr": "Niveau", "en": "Level", "ar": "المستوى"},
    "looks_at": {"fr": "Ce qu’il examine", "en": "What it looks at", "ar": "ما الذي يفحصه"},
    "not_shown": {
        "fr": "Ce qu’il ne montre pas",
        "en": "What it does not show",
        "ar": "ما الذي لا يبيّنه",
    },
    "result": {"fr": "Résultat", "en": "Result", "ar": "النتيجة"},
    "not_looked": {"fr": "non examiné", "en": "not looked at", "ar": "لم يُفحص"},
    "findings": {"fr": "Constats", "en": "Findings", "ar": "الملاحظات"},
    "to_look_at": {
        "fr": "À examiner : {n}",
        "en": "To look at: {n}",
        "ar": "ما يستدعي النظر: {n}",
    },
    "as_sealed": {
        "fr": "Tels que scellés : {n}",
        "en": "As sealed: {n}",
        "ar": "كما خُتمت: {n}",
    },
    "seal_whole": {
        "fr": "Fichiers du dossier, tous tels que scellés : {n}.",
        "en": "Files of the folder, all as sealed: {n}.",
        "ar": "ملفات المجلد، وكلها كما خُتمت: {n}.",
    },
    "not_reached": {
        "fr": "non atteint : un niveau précédent s’y opposait",
        "en": "not reached: an earlier level stood in the way",
        "ar": "لم يُبلَغ: حال دونه مستوى سابق",
    },
    "place": {"fr": "Lieu", "en": "Place", "ar": "الموضع"},
    "detail": {"fr": "Détail", "en": "Detail", "ar": "التفصيل"},
    "parts": {
        "fr": "À quelle étape commence la différence",
        "en": "At which step the difference begins",
        "ar": "في أي خطوة يبدأ الاختلاف",
    },
    "parts_at": {
        "fr": "La première étape dont les résultats ne sont plus les mêmes : {what}.",
        "en": "The first step whose results are no longer the same: {what}.",
        "ar": "أول خطوة لم تعد نتائجها هي نفسها: {what}.",
    },
    "parts_cause": {
        "fr": "Ce qui y a changé : {what}.",
        "en": "What changed there: {what}.",
        "ar": "ما الذي تغيّر فيها: {what}.",
    },
    "parts_build": {
        "fr": "Faite sur un autre processeur ou avec une bibliothèque compilée autrement.",
        "en": "Made on another processor or library build.",
        "ar": "أُنتجت على معالج آخر أو بمكتبة بُنيت بطريقة أخرى.",
    },
    "parts_outputs": {
        "fr": "Ses données, ses réglages et son code sont les mêmes.",
        "en": "Its data, settings and code are the same.",
        "ar": "بياناتها وإعداداتها وشيفرتها البرمجية هي نفسها.",
    },
    "parts_harmless": {
        "fr": "Cela seul ne déplace aucun nombre : les fichiers d’une étape peuvent changer sans "
        "qu’aucun nombre publié ne change.",
        "en": "That alone moves no number: the files of a step may change while every published "
        "number stays.",
        "ar": "هذا وحده لا يغيّر أي رقم: قد تتغير ملفات خطوة ما وتبقى كل الأرقام المنشورة.",
    },
    "parts_nowhere": {
        "fr": "À aucune : chaque étape a donné les mêmes fichiers.",
        "en": "At none: every step gave the same files.",
        "ar": "لا يوجد اختلاف: أعطت كل خطوة الملفات نفسها.",
    },
    "changes": {
        "fr": "Ce qui a changé depuis le scellement",
        "en": "What changed since the seal",
        "ar": "ما الذي تغيّر منذ الختم",
    },
    "changes_note": {
        "fr": "Un changement n’est pas une rupture : le code et ses bibliothèques évoluent, et "
        "chaque nombre garde son propre verdict.",
        "en": "Changed is not broken: code and its libraries move on, and every number keeps a "
        "verdict of its own.",
        "ar": "التغيّر ليس كسرًا: الشيفرة البرمجية ومكتباتها تتطور، ولكل رقم حكمه الخاص.",
    },
    "change_code": {
        "fr": "Code des étapes", "en": "Code of the steps", "ar": "الشيفرة البرمجية للخطوات",
    },
    "change_lock": {
        "fr": "Liste des bibliothèques", "en": "List of libraries", "ar": "قائمة المكتبات",
    },
    "change_config": {"fr": "Configuration", "en": "Configuration", "ar": "الإعدادات"},
    "change_environment": {
        "fr": "Environnement", "en": "Environment", "ar": "بيئة التشغيل",
    },
    "same": {"fr": "sans changement", "en": "same", "ar": "لم تتغيّر"},
    "CHANGED": {"fr": "A CHANGÉ", "en": "CHANGED", "ar": "تغيّرت"},
    "unsigned": {"fr": "non signé", "en": "unsigned", "ar": "غير موقَّع"},
    "unchecked_signer": {
        "fr": "signé, mais aucune clé n’a été fournie",
        "en": "signed, but no key was given",
        "ar": "موقَّع، لكن لم يُقدَّم أي مفتاح",
    },
    "other_signer": {
        "fr": "non signé par la clé fournie",
        "en": "not signed by the given key",
        "ar": "غير موقَّع بالمفتاح المقدَّم",
    },
    "wrong_signer": {
        "fr": "une signature ne correspond pas",
        "en": "a signature does not fit",
        "ar": "توقيع لا يطابق",
    },
    "signed": {
        "fr": "signé par la clé fournie",
        "en": "signed by the given key",
        "ar": "موقَّع بالمفتاح المقدَّم",
    },
    "unknown_seal": {
        "fr": "inconnu : le sceau ne peut être lu",
        "en": "unknown: the seal cannot be read",
        "ar": "غير معروف: لا يمكن قراءة الختم",
    },
    "numbers": {"fr": "Nombre par nombre", "en": "Number by number", "ar": "رقمًا رقمًا"},
    "numbers_none": {
        "fr": "Le registre de la publication ne peut être lu.",
        "en": "The publication’s register of numbers cannot be read.",
        "ar": "لا يمكن قراءة سجل أرقام المنشور.",
    },
    "named": {
        "fr": "publié {published}, recalculé {recomputed}",
        "en": "published {published}, recomputed {recomputed}",
        "ar": "المنشور {published}، والمعاد حسابه {recomputed}",
    },
    "one_reason": {
        "fr": "Une seule raison pour tous : {what}",
        "en": "One reason for all: {what}",
        "ar": "سبب واحد لها كلها: {what}",
    },
    "level_reason": {
        "fr": "Ce niveau ne calcule rien.",
        "en": "This level computes nothing.",
        "ar": "لا يحسب هذا المستوى شيئًا.",
    },
    "search": {
        "fr": "Chercher un nombre par son identifiant",
        "en": "Find a number by its id",
        "ar": "ابحث عن رقم بمعرّفه",
    },
    "search_found": {"fr": "Trouvés :", "en": "Found:", "ar": "عُثر على:"},
    "printed": {
        "fr": "Sur papier figurent les listes qui étaient ouvertes à l’écran.",
        "en": "Paper shows the lists that were open on the screen.",
        "ar": "تظهر على الورق القوائم التي كانت مفتوحة على الشاشة.",
    },
    "glossary": {
        "fr": "Ce que dit chaque verdict, et ce qu’il ne dit pas",
        "en": "What each verdict says, and what it does not say",
        "ar": "ما الذي يقوله كل حكم وما الذي لا يقوله",
    },
    "says": {"fr": "Ce qu’il dit", "en": "What it says", "ar": "ما الذي يقوله"},
    "says_not": {
        "fr": "Ce qu’il ne dit pas", "en": "What it does not say", "ar": "ما الذي لا يقوله",
    },
    # -- the table of numbers --------------------------------------------------------------------
    "id": {"fr": "Nombre", "en": "Number", "ar": "الرقم"},
    "dataset": {
        "fr": "Version des données", "en": "Dataset version", "ar": "نسخة البيانات",
    },
    "published": {"fr": "Publié", "en": "Published", "ar": "المنشور"},
    "recomputed": {"fr": "Recalculé", "en": "Recomputed", "ar": "المعاد حسابه"},
    "difference": {"fr": "Écart", "en": "Difference", "ar": "الفرق"},
    "contract": {"fr": "Arrondi", "en": "Rounding", "ar": "التقريب"},
    "code": {"fr": "Code", "en": "Code", "ar": "الشيفرة"},
    "environment": {"fr": "Environnement", "en": "Environment", "ar": "البيئة"},
    "numbers_caption": {
        "fr": "{what} : publié et recalculé, tel qu’affiché puis tel qu’enregistré",
        "en": "{what}: published and recomputed, as shown and then as stored",
        "ar": "{what}: المنشور والمعاد حسابه، كما يُعرض ثم كما هو مخزَّن",
    },
    "decimals": {"fr": "décimales : {n}", "en": "decimals: {n}", "ar": "المنازل العشرية: {n}"},
    # -- the certificate -------------------------------------------------------------------------
    "certificate": {
        "fr": "Certificat d’audit : {what}",
        "en": "Certificate of an audit: {what}",
        "ar": "شهادة تدقيق: {what}",
    },
    "heading_checked": {
        "fr": "Ce qui a été vérifié", "en": "What was checked", "ar": "ما الذي جرى التحقق منه",
    },
    "heading_data": {
        "fr": "Versions des données", "en": "Dataset versions", "ar": "نسخ البيانات",
    },
    "heading_failed": {
        "fr": "Nombres qui ne tiennent pas",
        "en": "Numbers that do not hold",
        "ar": "الأرقام التي لم تثبت",
    },
    "heading_unchecked": {
        "fr": "Ce qui n’a pas été vérifié",
        "en": "What was not checked",
        "ar": "ما الذي لم يُتحقق منه",
    },
    "heading_sign": {"fr": "Vérification", "en": "Checked by", "ar": "جهة التحقق"},
    "environment_sealed": {
        "fr": "au scellement : {what}", "en": "when sealed: {what}", "ar": "عند الختم: {what}",
    },
    "note": {"fr": "À savoir", "en": "Note", "ar": "للعلم"},
    "numbers_of": {"fr": "Nombres", "en": "Numbers", "ar": "عدد الأرقام"},
    "rows": {"fr": "Lignes", "en": "Rows", "ar": "الأسطر"},
    "sha": {"fr": "SHA-256", "en": "SHA-256", "ar": "SHA-256"},
    "all": {
        "fr": "tous les nombres, pour la même raison ({what}).",
        "en": "all numbers, for the same reason ({what}).",
        "ar": "كل الأرقام، للسبب نفسه ({what}).",
    },
    "sign_note": {
        "fr": "Ce texte a été composé par le programme. La personne qui signe atteste avoir lancé "
        "elle-même cet audit et en avoir lu le résultat.",
        "en": "The program composed this text. Whoever signs attests to having run this audit in "
        "person and to having read its result.",
        "ar": "أعدّ البرنامج هذا النص. ويشهد الموقِّع بأنه أجرى هذا التدقيق بنفسه واطّلع على نتيجته.",
    },
    "signer": {"fr": "Nom :", "en": "Name:", "ar": "الاسم:"},
    "date": {"fr": "Date :", "en": "Date:", "ar": "التاريخ:"},
    "signature": {"fr": "Signature :", "en": "Signature:", "ar": "التوقيع:"},
}  # fmt: skip


def count(number: int, language: str) -> str:
    """A whole number as readers of the language see it, thousands grouped."""
    return numbers.number(number, "base", 0, language)


def say(
    template: Mapping[str, str], language: str, plain: Plain, fill: Fill, **values: Value
) -> str:
    """A text in a language, its placeholders filled.

    `plain` treats the text itself (escaping), `fill` what stands for a placeholder, given its name
    and its value.
    """

    pieces = _PLACEHOLDER.split(compose(template)[language])
    return "".join(
        fill(piece, values[piece]) if k % 2 else plain(piece) for k, piece in enumerate(pieces)
    )
