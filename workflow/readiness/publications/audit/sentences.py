"""The sentences on an audit, in French, English and Arabic; `telling` says which ones and when.

Each one is true of any count, so none needs a plural; the innocent reading is one of them.
"""

from __future__ import annotations

SENTENCES: dict[str, dict[str, str]] = {
    # -- the first sentence ----------------------------------------------------------------------
    "holds_seal": {
        "fr": "Le dossier de la publication est exactement celui qui a été scellé ; aucun nombre "
        "n’a été recalculé.",
        "en": "The publication’s folder is exactly the one that was sealed; no number was "
        "recomputed.",
        "ar": "مجلد المنشور هو تمامًا المجلد المختوم، ولم يُعَد حساب أي رقم.",
    },
    "holds_data": {
        "fr": "Le dossier de la publication et ses données sont exactement ceux qui ont été "
        "scellés ; aucun nombre n’a été recalculé.",
        "en": "The publication’s folder and its data are exactly those that were sealed; no number "
        "was recomputed.",
        "ar": "مجلد المنشور وبياناته هي تمامًا تلك المختومة، ولم يُعَد حساب أي رقم.",
    },
    "holds_numbers": {
        "fr": "Recalculés à partir des données scellées, tous les nombres ressortent comme "
        "publiés ({n}).",
        "en": "Recomputed from the sealed data, all numbers come out as published ({n}).",
        "ar": "عند إعادة الحساب من البيانات المختومة، جاءت كل الأرقام كما نُشرت ({n}).",
    },
    "holds_report": {
        "fr": "Recalculés à partir des données scellées, tous les nombres ressortent comme "
        "publiés ({n}), et les graphiques, les tableaux et le rapport disent la même chose.",
        "en": "Recomputed from the sealed data, all numbers come out as published ({n}), and "
        "charts, tables and report say the same.",
        "ar": "عند إعادة الحساب من البيانات المختومة، جاءت كل الأرقام كما نُشرت ({n})، وتقول "
        "الرسوم والجداول والتقرير الشيء نفسه.",
    },
    "ours_numbers": {
        "fr": "Les nombres que ce projet a calculés sur des chiffres imprimés par d’autres "
        "ressortent tous comme publiés ({n}).",
        "en": "The numbers that this project computed about figures printed by others all come out "
        "as published ({n}).",
        "ar": "الأرقام التي حسبها هذا المشروع حول أرقام طبعها غيره جاءت كلها كما نُشرت ({n}).",
    },
    "ours_report": {
        "fr": "Les nombres que ce projet a calculés sur des chiffres imprimés par d’autres "
        "ressortent tous comme publiés ({n}), et les graphiques, les tableaux et le rapport disent "
        "la même chose.",
        "en": "The numbers that this project computed about figures printed by others all come out "
        "as published ({n}), and charts, tables and report say the same.",
        "ar": "الأرقام التي حسبها هذا المشروع حول أرقام طبعها غيره جاءت كلها كما نُشرت ({n})، وتقول "
        "الرسوم والجداول والتقرير الشيء نفسه.",
    },
    "signature_wrong": {
        "fr": "Parmi les signatures de ce sceau, il y en a qui ne correspondent pas ({n}).",
        "en": "Of the signatures over this seal, some do not fit ({n}).",
        "ar": "من بين التوقيعات على هذا الختم ما لا يطابق ({n}).",
    },
    "signature_missing": {
        "fr": "Qui devait en répondre n’a pas signé ce sceau, ou cela n’a pu être vérifié ({n}).",
        "en": "Who was to vouch for it has not signed this seal, or nobody could check it ({n}).",
        "ar": "من كان يُفترض أن يضمنه لم يوقّع هذا الختم، أو تعذّر التحقق من ذلك ({n}).",
    },
    "differs_numbers": {
        "fr": "Sur {all} nombres, il y en a {n} que le recalcul ne redonne pas comme publié.",
        "en": "Of {all} numbers, {n} did not come out as published when recomputed.",
        "ar": "من بين {all} من الأرقام، لم يأتِ {n} منها كما نُشر عند إعادة الحساب.",
    },
    "differs_data": {
        "fr": "Les données et les fichiers d’entrée trouvés ici ne sont pas tous ceux qui ont été "
        "scellés (exceptions : {n}).",
        "en": "Not all data and input files found here are those that were sealed (exceptions: "
        "{n}).",
        "ar": "ليست كل البيانات وملفات المدخلات الموجودة هنا هي تلك المختومة (الاستثناءات: {n}).",
    },
    "differs_report": {
        "fr": "Refaits, les graphiques, les tableaux et le rapport ne disent pas tous la même "
        "chose (exceptions : {n}).",
        "en": "Made again, charts, tables and report do not all say the same (exceptions: {n}).",
        "ar": "بعد إعادة إنتاجها، لا تقول كل الرسوم والجداول والتقارير الشيء نفسه (الاستثناءات: "
        "{n}).",
    },
    "broken": {
        "fr": "Le dossier de la publication n’est pas celui qui a été scellé (points qui "
        "diffèrent : {n}).",
        "en": "The publication’s folder is not the one that was sealed (points that differ: {n}).",
        "ar": "مجلد المنشور ليس المجلد المختوم (عدد المواضع المختلفة: {n}).",
    },
    "broken_numbers": {
        "fr": "Nombres que le sceau ne confirme plus : {n} sur {all}.",
        "en": "Numbers that the seal no longer vouches for: {n} of {all}.",
        "ar": "الأرقام التي لم يعد الختم يشهد لها: {n} من أصل {all}.",
    },
    "no_erased": {
        "fr": "Sur {all} nombres, il y en a {n} qu’on ne peut plus recalculer : les données ont "
        "été effacées, comme le dit leur registre.",
        "en": "Of {all} numbers, {n} can no longer be recomputed: the data were erased, as their "
        "register says.",
        "ar": "من بين {all} من الأرقام، لم يعد ممكنًا إعادة حساب {n} منها: فقد حُذفت البيانات كما "
        "يقول سجلها.",
    },
    "no_restricted": {
        "fr": "Sur {all} nombres, il y en a {n} qu’on n’a pas pu recalculer : l’accès aux données "
        "est réservé.",
        "en": "Of {all} numbers, {n} could not be recomputed: access to the data is restricted.",
        "ar": "من بين {all} من الأرقام، تعذّرت إعادة حساب {n} منها: فالوصول إلى البيانات مقيَّد.",
    },
    "no_missing": {
        "fr": "Sur {all} nombres, il y en a {n} qu’on n’a pas pu recalculer : les données ne sont "
        "intactes dans aucun des lieux consultés.",
        "en": "Of {all} numbers, {n} could not be recomputed: no place that was looked at holds "
        "the data intact.",
        "ar": "من بين {all} من الأرقام، تعذّرت إعادة حساب {n} منها: فلا يحتوي أي مكان جرى البحث "
        "فيه على البيانات سليمة.",
    },
    "no_check": {
        "fr": "Sur {all} nombres, il y en a {n} qu’on n’a pas pu vérifier.",
        "en": "Of {all} numbers, {n} could not be checked.",
        "ar": "من بين {all} من الأرقام، تعذّر التحقق من {n} منها.",
    },
    "no_erased_all": {
        "fr": "Aucun des {all} nombres ne peut plus être recalculé : les données ont été effacées, "
        "comme le dit leur registre.",
        "en": "None of the {all} numbers can be recomputed any longer: the data were erased, as "
        "their register says.",
        "ar": "لم يعد ممكنًا إعادة حساب أي رقم من أصل {all}: فقد حُذفت البيانات كما يقول سجلها.",
    },
    "no_restricted_all": {
        "fr": "Aucun des {all} nombres n’a pu être recalculé : l’accès aux données est réservé.",
        "en": "None of the {all} numbers could be recomputed: access to the data is restricted.",
        "ar": "تعذّرت إعادة حساب أي رقم من أصل {all}: فالوصول إلى البيانات مقيَّد.",
    },
    "no_missing_all": {
        "fr": "Aucun des {all} nombres n’a pu être recalculé : les données ne sont intactes dans "
        "aucun des lieux consultés.",
        "en": "None of the {all} numbers could be recomputed: no place that was looked at holds "
        "the data intact.",
        "ar": "تعذّرت إعادة حساب أي رقم من أصل {all}: فلا يحتوي أي مكان جرى البحث فيه على البيانات "
        "سليمة.",
    },
    "no_check_all": {
        "fr": "Aucun des {all} nombres n’a pu être vérifié.",
        "en": "None of the {all} numbers could be checked.",
        "ar": "تعذّر التحقق من أي رقم من أصل {all}.",
    },
    "data_unchecked": {
        "fr": "Toutes les versions de données n’ont pas pu être vérifiées (exceptions : {n}).",
        "en": "Not all dataset versions could be checked (exceptions: {n}).",
        "ar": "تعذّر التحقق من بعض نسخ البيانات (عددها: {n}).",
    },
    "report_unchecked": {
        "fr": "Tous les graphiques et rapports n’ont pas pu être comparés jusqu’au bout "
        "(exceptions : {n}).",
        "en": "Not all charts and reports could be compared to the end (exceptions: {n}).",
        "ar": "تعذّرت مقارنة بعض الرسوم والتقارير كاملة (عددها: {n}).",
    },
    # -- the sentences after it ------------------------------------------------------------------
    "numbers_hold": {
        "fr": "Nombres que le recalcul redonne tels que publiés : {n} sur {all}.",
        "en": "Numbers recomputed as published: {n} of {all}.",
        "ar": "الأرقام التي أعيد حسابها كما نُشرت: {n} من أصل {all}.",
    },
    "within": {
        "fr": "Nombres égaux seulement tels qu’ils sont affichés, sous l’arrondi déclaré : {n}.",
        "en": "Numbers that are equal only as shown, under the declared rounding: {n}.",
        "ar": "الأرقام المتساوية كما تُعرض فقط، وفق التقريب المصرَّح به: {n}.",
    },
    "corrected": {
        "fr": "Nombres qui diffèrent et que l’erratum d’une publication postérieure nomme, avec la "
        "raison : {n}.",
        "en": "Numbers that differ and that the erratum of a later publication names, with the "
        "reason: {n}.",
        "ar": "الأرقام المختلفة التي يذكرها تصويب منشور لاحق مع السبب: {n}.",
    },
    "added": {
        "fr": "Nombres que le code d’aujourd’hui calcule en plus et qui ne font pas partie de la "
        "publication : {n}.",
        "en": "Numbers that today’s code computes besides, and that are no part of the "
        "publication: {n}.",
        "ar": "الأرقام التي تحسبها الشيفرة البرمجية الحالية زيادةً وليست جزءًا من المنشور: {n}.",
    },
    "pages_not_compared": {
        "fr": "Les graphiques, les tableaux et le rapport n’ont pas été comparés : seul le code "
        "scellé les refait tels qu’ils étaient.",
        "en": "Charts, tables and report were not compared: only the sealed code makes them as "
        "they were.",
        "ar": "لم تُقارَن الرسوم والجداول والتقرير: فالشيفرة المختومة وحدها تعيد إنتاجها كما كانت.",
    },
    "judged": {
        "fr": "Chiffres imprimés par d’autres, jugés par l’arithmétique et non recalculés, car "
        "leurs données n’ont jamais été publiées : {n}.",
        "en": "Figures printed by others, judged by arithmetic and not recomputed, for their data "
        "were never published: {n}.",
        "ar": "الأرقام التي طبعها آخرون وقُيِّمت حسابيًّا دون إعادة حسابها، لأن بياناتها لم "
        "تُنشر قط: {n}.",
    },
    "innocent_differs": {
        "fr": "Explications les plus simples : un code mis à jour, un autre réglage, une autre "
        "machine, une copie abîmée. L’audit dit ce qui diffère, non pourquoi.",
        "en": "The simplest explanations: updated code, another setting, another machine, a "
        "damaged copy. The audit says what differs, not why.",
        "ar": "أبسط التفسيرات: تحديث الشيفرة البرمجية، أو إعداد آخر، أو جهاز آخر، أو نسخة "
        "تالفة. يقول التدقيق ما الذي اختلف، ولا يقول لماذا.",
    },
    "innocent_unmoved": {
        "fr": "Les données, les réglages, le code et les bibliothèques sont ceux du scellement. "
        "Explications qui restent : un autre processeur ou une bibliothèque compilée autrement, un "
        "résultat plus ancien resté en place lors du scellement, une copie abîmée. L’audit dit ce "
        "qui diffère, non pourquoi.",
        "en": "Data, settings, code and libraries are those of the seal. Explanations that remain: "
        "another processor or another build of a library, an older result that was still in place "
        "when it was sealed, a damaged copy. The audit says what differs, not why.",
        "ar": "البيانات والإعدادات والشيفرة البرمجية والمكتبات هي تلك التي كانت عند الختم. "
        "والتفسيرات المتبقية: معالج آخر أو مكتبة بُنيت بطريقة أخرى، أو نتيجة أقدم بقيت في مكانها "
        "عند الختم، أو نسخة تالفة. يقول التدقيق ما الذي اختلف، ولا يقول لماذا.",
    },
    "innocent_broken": {
        "fr": "Explications les plus simples : une copie incomplète ou abîmée, un programme qui "
        "change les fins de ligne ou ajoute un fichier. Un sceau brisé dit ce qui a changé, non "
        "pourquoi ; le dossier d’origine se restaure avec git.",
        "en": "The simplest explanations: an incomplete or damaged copy, a program that changes "
        "line endings or adds a file. A broken seal says what changed, not why; git restores the "
        "original folder.",
        "ar": "أبسط التفسيرات: نسخة ناقصة أو تالفة، أو برنامج غيّر نهايات الأسطر أو أضاف ملفًا. "
        "الختم المكسور يقول ما الذي تغيّر، ولا يقول لماذا، ويمكن استرجاع المجلد الأصلي بواسطة git.",
    },
    "innocent_unchecked": {
        "fr": "Ce qui n’a pas pu être vérifié n’est ni confirmé ni mis en doute.",
        "en": "What could not be checked is neither confirmed nor called into doubt.",
        "ar": "ما تعذّر التحقق منه لا هو مؤكَّد ولا هو موضع شك.",
    },
    "true_or_not": {
        "fr": "L’audit dit que les mêmes données et la même méthode donnent les mêmes nombres ; il "
        "ne juge ni la sincérité des réponses ni le choix de la méthode.",
        "en": "The audit says that the same data and the same method give the same numbers; it "
        "judges neither the sincerity of the answers nor the choice of the method.",
        "ar": "يقول التدقيق إن البيانات نفسها والطريقة نفسها تعطيان الأرقام نفسها، ولا يحكم على "
        "صدق الأجوبة ولا على اختيار الطريقة.",
    },
}
