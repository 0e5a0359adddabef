"""The sentences themselves, in French, English and Arabic: no digit of their own, no accusation.

`<name>` is filled with words when a verdict is made (`sentences.compose`), `{name}` with a number
when it is read (`verdict.fill`). The innocent reading comes first, and the assumptions stand in the
same sentence as the conclusion.
"""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "weighted": {
        "fr": "<labels> : ces parts sont déclarées pondérées ; le calcul exact sur les comptes "
        "ne s’y applique pas.",
        "en": "<labels>: these shares are said to be weighted; exact arithmetic on counts does "
        "not apply to them.",
        "ar": "<labels>: هذه النسب مصرَّح بأنها مرجَّحة؛ ولا ينطبق عليها الحساب الدقيق على الأعداد.",
    },
    "bases_list": {
        "fr": "<labels> : <assumptions>, le nombre de réponses peut être {bases} (jusqu’à "
        "{n_max}).",
        "en": "<labels>: <assumptions>, the number of answers can be {bases} (up to {n_max}).",
        "ar": "<labels>: <assumptions>، يمكن أن يكون عدد الأجوبة {bases} (إلى حدود {n_max}).",
    },
    "bases_many": {
        "fr": "<labels> : <assumptions>, {count} nombres de réponses sont possibles jusqu’à "
        "{n_max}, le plus petit étant {smallest}.",
        "en": "<labels>: <assumptions>, {count} numbers of answers are possible up to {n_max}, "
        "the smallest being {smallest}.",
        "ar": "<labels>: <assumptions>، هناك {count} أعداد ممكنة للأجوبة إلى حدود {n_max}، "
        "أصغرها {smallest}.",
    },
    "bases_later": {
        "fr": "<labels> : <assumptions>, aucun nombre de réponses jusqu’à {n_max} ne donne ces "
        "chiffres ; le premier possible est {smallest}.",
        "en": "<labels>: <assumptions>, no number of answers up to {n_max} gives these figures; "
        "the first possible is {smallest}.",
        "ar": "<labels>: <assumptions>، لا يعطي أي عدد من الأجوبة إلى حدود {n_max} هذه الأرقام؛ "
        "وأول عدد ممكن هو {smallest}.",
    },
    "bases_never": {
        "fr": "<labels> : <assumptions>, ces chiffres ne peuvent former un seul ensemble de "
        "réponses exclusives, quel qu’en soit le nombre ; une coquille ou plusieurs réponses par "
        "personne sont les lectures les plus simples.",
        "en": "<labels>: <assumptions>, these figures cannot be one set of exclusive answers, "
        "whatever their number; a slip of the keyboard or several answers a person are the "
        "simplest readings.",
        "ar": "<labels>: <assumptions>، لا يمكن أن تكون هذه الأرقام مجموعة واحدة من الأجوبة "
        "الحصرية مهما كان عددها؛ وأبسط التفسيرات خطأ مطبعي أو تعدد الأجوبة للشخص الواحد.",
    },
    "sum_ok": {
        "fr": "<labels> : la somme imprimée est {sum}, et l’arrondi permet de {least} à "
        "{greatest} ; elle va bien.",
        "en": "<labels>: the printed sum is {sum}, and rounding allows {least} to {greatest}; it "
        "is in order.",
        "ar": "<labels>: المجموع المطبوع هو {sum}، والتقريب يسمح بما بين {least} و{greatest}؛ "
        "فهو سليم.",
    },
    "sum_off": {
        "fr": "<labels> : la somme imprimée est {sum}, hors de ce que l’arrondi permet ({least} "
        "à {greatest}) si chacun n’a donné qu’une réponse ; plusieurs réponses par personne ou "
        "une réponse non imprimée l’expliqueraient.",
        "en": "<labels>: the printed sum is {sum}, beyond what rounding allows ({least} to "
        "{greatest}) if everyone gave one answer; several answers a person or an answer that is "
        "not printed would explain it.",
        "ar": "<labels>: المجموع المطبوع هو {sum}، خارج ما يسمح به التقريب ({least} إلى "
        "{greatest}) إذا أعطى كل شخص جوابا واحدا؛ وقد يفسره تعدد الأجوبة أو جواب غير مطبوع.",
    },
    "joint_possible": {
        "fr": "<labels> : si chacun a répondu à toutes ces questions, <assumptions>, ces "
        "chiffres peuvent reposer sur les mêmes personnes, à condition qu’elles soient {bases} "
        "(jusqu’à {n_max}).",
        "en": "<labels>: if everyone answered all these questions, <assumptions>, these figures "
        "can rest on the same people, provided that they number {bases} (up to {n_max}).",
        "ar": "<labels>: إذا أجاب الجميع عن كل هذه الأسئلة، <assumptions>، يمكن أن تعود هذه "
        "الأرقام إلى الأشخاص أنفسهم بشرط أن يكون عددهم {bases} (إلى حدود {n_max}).",
    },
    "joint_reconciled": {
        "fr": "<labels> : avec au plus {missing} personne sans réponse par question, ces "
        "chiffres vont ensemble pour {reconciled} personnes ; si chacun a répondu à tout, "
        "<assumptions>, ils n’ont aucune base commune jusqu’à {n_max} : la première est {first}.",
        "en": "<labels>: with at most {missing} person silent on each question, these figures "
        "fit together for {reconciled} people; if everyone answered everything, <assumptions>, "
        "they have no common base up to {n_max}: the first is {first}.",
        "ar": "<labels>: إذا امتنع {missing} شخص على الأكثر عن كل سؤال، تتوافق هذه الأرقام مع "
        "{reconciled} شخصا؛ أما إذا أجاب الجميع عن كل شيء، <assumptions>، فلا قاعدة مشتركة لها "
        "إلى حدود {n_max}: أولها {first}.",
    },
    "joint_apart": {
        "fr": "<labels> : ces questions n’ont peut-être pas été posées aux mêmes personnes ; si "
        "c’est le cas et si chacun a répondu à tout, <assumptions>, elles n’ont aucune base "
        "commune jusqu’à {n_max}, même avec {missing} personne sans réponse par question ; la "
        "première est {first}.",
        "en": "<labels>: these questions may not have been put to the same people; if they were "
        "and everyone answered everything, <assumptions>, they have no common base up to "
        "{n_max}, even with {missing} person silent on each question; the first is {first}.",
        "ar": "<labels>: ربما لم تُطرح هذه الأسئلة على الأشخاص أنفسهم؛ فإن كانت كذلك وأجاب الجميع "
        "عن كل شيء، <assumptions>، فلا قاعدة مشتركة لها إلى حدود {n_max}، حتى مع امتناع "
        "{missing} شخص عن كل سؤال؛ وأولها {first}.",
    },
    "joint_unbounded": {
        "fr": "<labels> : le nombre de réponses n’est pas connu ; avec au plus {missing} "
        "personne sans réponse par question, {first_missing} personnes suffisent à ces chiffres "
        "; si chacun a répondu à tout, <assumptions>, il en faut au moins {first}.",
        "en": "<labels>: the number of answers is not known; with at most {missing} person "
        "silent on each question, {first_missing} people are enough for these figures; if "
        "everyone answered everything, <assumptions>, at least {first} are needed.",
        "ar": "<labels>: عدد الأجوبة غير معروف؛ إذا امتنع {missing} شخص على الأكثر عن كل سؤال، "
        "يكفي {first_missing} شخصا لهذه الأرقام؛ أما إذا أجاب الجميع عن كل شيء، <assumptions>، "
        "فلا بد من {first} على الأقل.",
    },
    "joint_never": {
        "fr": "<labels> : ces questions n’ont peut-être pas été posées aux mêmes personnes ; "
        "<assumptions>, aucune base commune n’a été trouvée jusqu’à {limit}.",
        "en": "<labels>: these questions may not have been put to the same people; "
        "<assumptions>, no common base was found up to {limit}.",
        "ar": "<labels>: ربما لم تُطرح هذه الأسئلة على الأشخاص أنفسهم؛ <assumptions>، لم توجد "
        "قاعدة مشتركة إلى حدود {limit}.",
    },
    "conventions_some": {
        "fr": "<labels> : d’autres manières d’imprimer les concilient ; si le second chiffre "
        "d’une paire est calculé comme cent moins le premier et si les parts non pondérées sont "
        "<how>, chacun ayant répondu à tout, la base commune peut être {bases} (jusqu’à {n_max}).",
        "en": "<labels>: other ways of printing reconcile them; if the second figure of a pair "
        "is a hundred minus the first and the unweighted shares are <how>, everyone having "
        "answered everything, the common base can be {bases} (up to {n_max}).",
        "ar": "<labels>: هناك طرق أخرى للطباعة توفق بينها؛ إذا حُسب الرقم الثاني من كل زوج بطرح "
        "الأول من مائة وكانت النسب غير المرجَّحة <how>، وأجاب الجميع عن كل شيء، يمكن أن تكون "
        "القاعدة المشتركة {bases} (إلى حدود {n_max}).",
    },
    "total": {
        "fr": "Le total de {total} (<whose>) peut compter des questionnaires envoyés ; "
        "<caveat>s’il comptait les réponses à chaque question, <assumptions>, il ne donnerait "
        "pas <refused><granted>.",
        "en": "The total of {total} (<whose>) may count questionnaires that were sent; "
        "<caveat>if it counted the answers to each question, <assumptions>, it would not give "
        "<refused><granted>.",
        "ar": "قد يعدّ المجموع {total} (<whose>) الاستمارات المرسلة؛ <caveat>ولو كان يعدّ الأجوبة "
        "عن كل سؤال، <assumptions>، لما أعطى <refused><granted>.",
    },
    "total_granted": {
        "fr": " ; il donne bien <labels>",
        "en": "; it does give <labels>",
        "ar": "؛ وهو يعطي فعلا <labels>",
    },
    "total_one": {
        "fr": "il vient d’un seul média ; ",
        "en": "it comes from one outlet alone; ",
        "ar": "ومصدره منبر واحد؛ ",
    },
    "total_fits": {
        "fr": "Le total de {total} (<whose>) peut compter des envois ou des réponses ; "
        "<caveat>s’il compte les réponses, <assumptions>, il donne <granted>.",
        "en": "The total of {total} (<whose>) may count questionnaires sent or answers; "
        "<caveat>if it counts answers, <assumptions>, it gives <granted>.",
        "ar": "قد يعدّ المجموع {total} (<whose>) الإرسالات أو الأجوبة؛ <caveat>فإن كان يعدّ "
        "الأجوبة، <assumptions>، فهو يعطي <granted>.",
    },
    "simplest": {
        "fr": "La lecture la plus simple de l’ensemble, <assumptions>, et si toutes les "
        "questions ont été posées aux mêmes personnes : {people} personnes<silence>, soit "
        "<counts><misfits>.",
        "en": "The simplest reading of the whole, <assumptions>, and if all questions were put "
        "to the same people: {people} people<silence>, that is <counts><misfits>.",
        "ar": "أبسط قراءة للمجموع، <assumptions>، وإذا طُرحت كل الأسئلة على الأشخاص أنفسهم: "
        "{people} شخصا<silence>، أي <counts><misfits>.",
    },
    "simplest_silence": {
        "fr": ", avec {silent} réponse manquante au plus à <items> (une même personne suffit à "
        "l’expliquer)",
        "en": ", with at most {silent} answer missing on <items> (one and the same person may "
        "explain it)",
        "ar": "، مع {silent} جواب ناقص على الأكثر عن <items> (وقد يفسره شخص واحد بعينه)",
    },
    "simplest_count": {
        "fr": "« <item> » <numbers> sur <base>",
        "en": "“<item>” <numbers> out of <base>",
        "ar": "«<item>» <numbers> من <base>",
    },
    "simplest_misfits": {
        "fr": " ; n’y entrent pas, tels qu’imprimés, <figures>",
        "en": "; what does not fit, as printed, is <figures>",
        "ar": "؛ وما لا يدخل فيها كما طُبع هو <figures>",
    },
    "misfit": {
        "fr": "<figure> (<whose>)",
        "en": "<figure> (<whose>)",
        "ar": "<figure> (<whose>)",
    },
    "robust": {
        "fr": "<labels> : <assumptions>, le plus petit nombre de personnes qui convienne à tous "
        "ces chiffres à la fois est {first} si chacun a répondu à tout, {first_one} avec au plus "
        "une personne sans réponse par question et {first_two} avec au plus deux.",
        "en": "<labels>: <assumptions>, the smallest number of people that fits all these "
        "figures at once is {first} if everyone answered everything, {first_one} with at most "
        "one person silent on each question and {first_two} with at most two.",
        "ar": "<labels>: <assumptions>، أصغر عدد من الأشخاص يوافق كل هذه الأرقام معا هو {first} "
        "إذا أجاب الجميع عن كل شيء، و{first_one} مع امتناع شخص واحد على الأكثر عن كل سؤال، "
        "و{first_two} مع امتناع شخصين.",
    },
    "wording_exact": {
        "fr": "« <phrase> » pour <figure> (<whose>) : dite librement d’une part d’exactement "
        "<anchor>, la formule est une lecture loyale ; prise à la lettre, si la part n’est pas "
        "pondérée, elle ne va avec ce chiffre sur aucune base inférieure à <firsts>.",
        "en": "“<phrase>” for <figure> (<whose>): loosely said of a share of exactly <anchor>, "
        "the words are a fair reading; taken literally, if the share is not weighted, they do "
        "not go with this figure on any base below <firsts>.",
        "ar": "«<phrase>» عن <figure> (<whose>): إذا قيلت بتساهل عن نسبة تساوي بالضبط <anchor> "
        "فهي قراءة منصفة؛ أما حرفيا، وإذا كانت النسبة غير مرجَّحة، فلا توافق هذا الرقم على أي "
        "قاعدة أصغر من <firsts>.",
    },
    "wording_fits": {
        "fr": "« <phrase> » pour <figure> (<whose>) : les mots et le chiffre vont ensemble, même "
        "à la lettre, <assumptions> (par exemple {count} sur {base}).",
        "en": "“<phrase>” for <figure> (<whose>): words and figure go together, even literally, "
        "<assumptions> (for example {count} out of {base}).",
        "ar": "«<phrase>» عن <figure> (<whose>): تتوافق الكلمات والرقم حتى حرفيا، <assumptions> "
        "(مثلا {count} من {base}).",
    },
    "wording_off": {
        "fr": "« <phrase> » pour <figure> (<whose>) : même lue librement, et <assumptions>, la "
        "formule ne va avec ce chiffre sur aucune base jusqu’à {n_max} ; elle peut décrire un "
        "autre chiffre.",
        "en": "“<phrase>” for <figure> (<whose>): even read loosely, and <assumptions>, the "
        "words do not go with this figure on any base up to {n_max}; they may describe another.",
        "ar": "«<phrase>» عن <figure> (<whose>): حتى بقراءة متساهلة، <assumptions>، لا توافق "
        "العبارة هذا الرقم على أي قاعدة إلى حدود {n_max}؛ وقد تصف رقما آخر.",
    },
    "outlets_agree": {
        "fr": "« <item> » : {outlets} sources impriment les mêmes chiffres ; elles se reprennent "
        "peut-être, ce n’est pas une confirmation indépendante.",
        "en": "“<item>”: {outlets} sources print the same figures; they may repeat one another, "
        "which is no independent confirmation.",
        "ar": "«<item>»: تطبع {outlets} مصادر الأرقام نفسها؛ وقد ينقل بعضها عن بعض، فليس ذلك "
        "تأكيدا مستقلا.",
    },
    "outlets_edit": {
        "fr": "« <item> » : <outlet> (presse) imprime {printed} % là où <others> (<whose>) "
        "imprime {other} % ; <slip> à la copie suffit à l’expliquer ({repair} %)<sum>.",
        "en": "“<item>”: <outlet> (press) prints {printed}% where <others> (<whose>) prints "
        "{other}%; <slip> in copying is enough to explain it ({repair}%)<sum>.",
        "ar": "«<item>»: يطبع <outlet> (الصحافة) {printed}% حيث يطبع <others> (<whose>) "
        "{other}%؛ ويكفي لتفسير ذلك <slip> عند النسخ ({repair}%)<sum>.",
    },
    "outlets_sum": {
        "fr": " ; telles qu’imprimées, ses réponses exclusives font {sum} % et non le tout",
        "en": "; as printed, its exclusive answers add to {sum}% and not to the whole",
        "ar": "؛ وكما طُبعت، مجموع أجوبته الحصرية {sum}% لا الكل",
    },
    "outlets_differ": {
        "fr": "« <item> » : <outlet> (presse) imprime {printed} % là où <others> (<whose>) "
        "imprime {other} % ; les deux peuvent porter sur des bases ou des questions différentes.",
        "en": "“<item>”: <outlet> (press) prints {printed}% where <others> (<whose>) prints "
        "{other}%; the two may rest on different bases or questions.",
        "ar": "«<item>»: يطبع <outlet> (الصحافة) {printed}% حيث يطبع <others> (<whose>) "
        "{other}%؛ وقد يقوم كل منهما على قاعدة أو سؤال مختلف.",
    },
    "groups": {
        "fr": "<labels> : si le total de {total} (<whose>) comptait les réponses de deux groupes "
        "et si chaque question ne portait que sur l’un, sur l’autre ou sur tous, <assumptions>, "
        "le plus petit groupe compterait {sizes_missing} personnes avec au plus {missing} "
        "personne sans réponse par question<strict>.",
        "en": "<labels>: if the total of {total} (<whose>) counted the answers of two groups and "
        "if each question concerned one, the other or all, <assumptions>, the smaller group "
        "would number {sizes_missing} people with at most {missing} person silent on each "
        "question<strict>.",
        "ar": "<labels>: لو كان المجموع {total} (<whose>) يعدّ أجوبة مجموعتين وكان كل سؤال يخص "
        "إحداهما أو كلتيهما، <assumptions>، لكان عدد أفراد أصغرهما {sizes_missing} مع امتناع "
        "{missing} شخص على الأكثر عن كل سؤال<strict>.",
    },
    "groups_strict": {
        "fr": ", et {sizes} si chacun a répondu à tout",
        "en": ", and {sizes} if everyone answered everything",
        "ar": "، و{sizes} إذا أجاب الجميع عن كل شيء",
    },
    "groups_none": {
        "fr": ", et aucun partage ne convient si chacun a répondu à tout",
        "en": ", and no split fits if everyone answered everything",
        "ar": "، ولا يصلح أي تقسيم إذا أجاب الجميع عن كل شيء",
    },
    "precision": {
        "fr": "<labels> : si {count} réponses sur {base} venaient d’un échantillon aléatoire "
        "simple, ce qui n’est pas le cas ici, la part vraie se situerait entre {low} % et {high} "
        "% (intervalle à {level} %) ; à titre d’échelle seulement, et sans obligation pour "
        "quiconque ici, <nchs> et <statcan>.",
        "en": "<labels>: if {count} answers out of {base} came from a simple random sample, "
        "which is not the case here, the true share would lie between {low}% and {high}% "
        "({level}% interval); as a scale only, binding nobody here, <nchs> and <statcan>.",
        "ar": "<labels>: لو جاءت {count} أجوبة من {base} من عينة عشوائية بسيطة، وليس الأمر كذلك "
        "هنا، لوقعت النسبة الحقيقية بين {low}% و{high}% (مجال بنسبة {level}%)؛ وعلى سبيل القياس "
        "فقط، دون أن يلزم ذلك أحدا هنا، <nchs> و<statcan>.",
    },
    "unpublished": {
        "fr": "Le croisement de <labels> n’a pas été publié : si {people} personnes ont été "
        "interrogées, avec au plus {missing} sans réponse par question, {tables} tableaux "
        "conviennent, et la valeur p d’un test exact de Fisher y va de {p_low} à {p_high} : les "
        "chiffres publiés ne permettent pas d’en juger.",
        "en": "The cross-table of <labels> was not published: if {people} people were asked, "
        "with at most {missing} silent on each question, {tables} tables fit, and the p-value of "
        "Fisher’s exact test ranges over them from {p_low} to {p_high}: the published figures "
        "cannot tell.",
        "ar": "لم يُنشر الجدول المتقاطع لـ<labels>: إذا سُئل {people} شخصا، مع امتناع {missing} "
        "على الأكثر عن كل سؤال، يصلح {tables} جداول، وتتراوح القيمة الاحتمالية لاختبار فيشر "
        "الدقيق فيها بين {p_low} و{p_high}: فالأرقام المنشورة لا تسمح بالحكم.",
    },
    "power": {
        "fr": " Des chiffres quelconques de même forme passeraient ce contrôle dans {power} % "
        "des cas.",
        "en": " Arbitrary figures of the same shape would pass this check in {power}% of cases.",
        "ar": " وتجتاز أرقام عشوائية من الشكل نفسه هذا الفحص في {power}% من الحالات.",
    },
    "total_answered": {
        "fr": "Le total de {total} réponses (<whose>) <caveat>peut ne pas valoir pour chaque "
        "question ; s’il y valait, <assumptions>, il ne donnerait pas <refused><granted>.",
        "en": "The total of {total} answers (<whose>) <caveat>may not hold for each question; if "
        "it did, <assumptions>, it would not give <refused><granted>.",
        "ar": "قد لا يصح مجموع {total} جوابا (<whose>) <caveat>لكل سؤال؛ ولو صح، <assumptions>، "
        "لما أعطى <refused><granted>.",
    },
    "total_fits_answered": {
        "fr": "Le total de {total} réponses (<whose>) <caveat>donne, <assumptions>, <granted>.",
        "en": "The total of {total} answers (<whose>) <caveat>gives, <assumptions>, <granted>.",
        "ar": "مجموع {total} جوابا (<whose>) <caveat>يعطي، <assumptions>، <granted>.",
    },
    "mean_spread": {
        "fr": ", écart-type {sd}",
        "en": ", standard deviation {sd}",
        "ar": "، انحراف معياري {sd}",
    },
    "mean_possible": {
        "fr": "« <item> » : moyenne {mean}<spread> (<whose>) ; {n} réponses en nombres entiers, "
        "non pondérées, peuvent la donner.",
        "en": "“<item>”: mean {mean}<spread> (<whose>); {n} unweighted answers in whole numbers "
        "can give it.",
        "ar": "«<item>»: متوسط {mean}<spread> (<whose>)؛ يمكن أن تعطيه {n} أجوبة بأعداد صحيحة "
        "غير مرجَّحة.",
    },
    "mean_nearby": {
        "fr": "« <item> » : moyenne {mean}<spread> (<whose>) ; {nearest} réponses la donnent, ce "
        "que quelques réponses manquantes suffiraient à expliquer ; {n} réponses en nombres "
        "entiers, non pondérées, ne le peuvent pas.",
        "en": "“<item>”: mean {mean}<spread> (<whose>); {nearest} answers give it, which a few "
        "missing answers would explain; {n} unweighted answers in whole numbers cannot.",
        "ar": "«<item>»: متوسط {mean}<spread> (<whose>)؛ تعطيه {nearest} أجوبة، وقد تفسر ذلك "
        "بضعة أجوبة ناقصة؛ ولا يمكن أن تعطيه {n} أجوبة بأعداد صحيحة غير مرجَّحة.",
    },
    "mean_impossible": {
        "fr": "« <item> » : moyenne {mean}<spread> (<whose>) ; une échelle à demi-points, une "
        "pondération ou une coquille l’expliqueraient ; {n} réponses en nombres entiers, non "
        "pondérées, ne peuvent pas la donner.",
        "en": "“<item>”: mean {mean}<spread> (<whose>); a scale with half points, weights or a "
        "slip of the keyboard would explain it; {n} unweighted answers in whole numbers cannot "
        "give it.",
        "ar": "«<item>»: متوسط {mean}<spread> (<whose>)؛ قد يفسره سلّم بأنصاف النقاط أو ترجيح أو "
        "خطأ مطبعي؛ ولا يمكن أن تعطيه {n} أجوبة بأعداد صحيحة غير مرجَّحة.",
    },
    "net_fits": {
        "fr": "« <item> » : le regroupement imprimé {net} % (<whose>) va avec ses parties, qui "
        "font {sum} % telles qu’imprimées.",
        "en": "“<item>”: the printed net of {net}% (<whose>) goes with its parts, which add to "
        "{sum}% as printed.",
        "ar": "«<item>»: المجموع الجزئي المطبوع {net}% (<whose>) يوافق أجزاءه التي مجموعها "
        "{sum}% كما طُبعت.",
    },
    "net_off": {
        "fr": "« <item> » : le regroupement imprimé {net} % (<whose>) a peut-être une autre base "
        "ou d’autres parties ; si c’est la somme des parties, qui font {sum} % telles "
        "qu’imprimées, l’arrondi ne suffit pas à l’expliquer.",
        "en": "“<item>”: the printed net of {net}% (<whose>) may have another base or other "
        "parts; if it is the sum of its parts, which add to {sum}% as printed, rounding does not "
        "explain it.",
        "ar": "«<item>»: قد يكون للمجموع الجزئي المطبوع {net}% (<whose>) قاعدة أو أجزاء أخرى؛ "
        "فإن كان مجموع أجزائه، وهو {sum}% كما طُبعت، فالتقريب لا يفسره.",
    },
    "difference": {
        "fr": "« <item> » : {first} % de {n_first} personnes et {second} % de {n_second} autres "
        "(<whose>) ; si les deux groupes étaient des échantillons aléatoires, la valeur p d’un "
        "test exact de Fisher irait de {p_low} à {p_high} selon les comptes possibles.",
        "en": "“<item>”: {first}% of {n_first} people and {second}% of {n_second} others "
        "(<whose>); if both groups were random samples, the p-value of Fisher’s exact test would "
        "range from {p_low} to {p_high} over the possible counts.",
        "ar": "«<item>»: {first}% من {n_first} شخصا و{second}% من {n_second} آخرين (<whose>)؛ لو "
        "كانت المجموعتان عينتين عشوائيتين لتراوحت القيمة الاحتمالية لاختبار فيشر الدقيق بين "
        "{p_low} و{p_high} حسب الأعداد الممكنة.",
    },
    "difference_none": {
        "fr": "« <item> » : {first} % de {n_first} personnes et {second} % de {n_second} autres "
        "(<whose>) ; des réponses manquantes ou une pondération l’expliqueraient : aucun compte "
        "non pondéré ne donne ces deux chiffres, et ils ne se comparent pas.",
        "en": "“<item>”: {first}% of {n_first} people and {second}% of {n_second} others "
        "(<whose>); missing answers or weights would explain it: no unweighted count gives both "
        "figures, and they are not compared.",
        "ar": "«<item>»: {first}% من {n_first} شخصا و{second}% من {n_second} آخرين (<whose>)؛ قد "
        "تفسره أجوبة ناقصة أو ترجيح: لا يعطي أي عدد غير مرجَّح الرقمين معا، فلا يقارنان.",
    },
    "difference_weighted": {
        "fr": "« <item> » : {first} % de {n_first} personnes et {second} % de {n_second} autres "
        "(<whose>) ; parts pondérées, dont les comptes ne se déduisent pas.",
        "en": "“<item>”: {first}% of {n_first} people and {second}% of {n_second} others "
        "(<whose>); weighted shares, from which counts do not follow.",
        "ar": "«<item>»: {first}% من {n_first} شخصا و{second}% من {n_second} آخرين (<whose>)؛ "
        "نسب مرجَّحة لا تُستنتج منها الأعداد.",
    },
}
