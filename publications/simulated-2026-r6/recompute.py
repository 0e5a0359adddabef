"""Compute the headline numbers of simulated-2026-r6 again, from the raw answers, without this program.

    dvc pull data/raw/simulated-2026/2.csv.dvc data/raw/simulated-2026-sample/1.csv.dvc
    python publications/simulated-2026-r6/recompute.py    (in the project's folder, or its path behind)

Needs numpy, pandas, scipy and statsmodels. Covers who is kept, the coding of answers, the weights
and their jackknife, each headline number of all and by group with its base, the standard error and
limits that are printed beside it, and the test whether groups differ. recompute.R covers every
number, from coded answers and weights on.

Does not cover:
what is not published, nonresponse, the test of use_areas.
"""

import re
import sys
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

# ---- What the configuration and the questionnaire say ------------------------------------------

ANSWERS = 'data/raw/simulated-2026/2.csv'
SAMPLE = 'data/raw/simulated-2026-sample/1.csv'
MARGINS = 'data/margins/simulated-2026-1.csv'
CORRECTIONS = 'data/corrections/simulated-2026-1.csv'
TIMESTAMP = 'Horodateur'
FIRST_DAY = '2026-03-02'
DAY_AFTER = '2026-04-01'
INVITATION = "Code d'invitation (laissez vide si vous n'en avez pas)"
KEEP = 'last'
LOWEST = 0.2
HIGHEST = 4.0
LEVEL = 0.95
BY = 'profession'
GROUPS = (
    ['producer',
     'director',
     'creator',
     'advertiser',
     'journalist',
     'technician',
     'voice_artist']
)
TESTS = {'preparation': 1, 'use_ai': 1, 'team_trained': 1, 'revolution': 1}
ITEMS = {
    'perception': (
        {'column': "De façon générale, comment voyez-vous l'effet de l'IA sur votre secteur "
                   '?',
         'kind': 'ordinal',
         'options': {'Très négatif': 'very_negative',
                     'Plutôt négatif': 'negative',
                     'Ni négatif ni positif': 'neutral',
                     'Plutôt positif': 'positive',
                     'Très positif': 'very_positive'},
         'asked_if': {},
         'headlines': {'low': ['very_negative', 'negative']}}
    ),
    'revolution': (
        {'column': "Selon vous, l'IA est avant tout une révolution…",
         'kind': 'single',
         'options': {'Sociale': 'social', 'Technologique seulement': 'technological'},
         'asked_if': {},
         'headlines': {'social': ['social']}}
    ),
    'preparation': (
        {'column': "Comment jugez-vous la préparation de votre secteur à l'arrivée de l'IA ?",
         'kind': 'ordinal',
         'options': {'Inexistante': 'none',
                     'Faible': 'weak',
                     'Moyenne': 'medium',
                     'Bonne': 'good'},
         'asked_if': {},
         'headlines': {'low': ['none', 'weak']}}
    ),
    'team_trained': (
        {'column': "Vos équipes ou collaborateurs ont-ils été formés aux outils d'IA ?",
         'kind': 'single',
         'options': {'Oui': 'yes', 'Non': 'no'},
         'asked_if': {},
         'headlines': {'yes': ['yes']}}
    ),
    'use_ai': (
        {'column': "Utilisez-vous l'IA dans votre travail ?",
         'kind': 'single',
         'options': {'Oui': 'yes', 'Non': 'no'},
         'asked_if': {},
         'headlines': {'yes': ['yes']}}
    ),
    'use_areas': (
        {'column': "Pour quelles tâches utilisez-vous l'IA ? (plusieurs réponses possibles)",
         'kind': 'multi',
         'options': {'Sous-titrage': 'subtitling',
                     'Doublage, voix off': 'dubbing',
                     'Montage': 'editing',
                     'Modélisation 3D': 'modelling_3d',
                     'Transcription, dérushage': 'transcription',
                     'Traduction': 'translation',
                     "Écriture de textes, de scénarios ou d'idées": 'writing'},
         'empty_is_none': False,
         'asked_if': {'use_ai': ['yes']},
         'headlines': {'subtitling': ['subtitling'],
                       'dubbing': ['dubbing'],
                       'editing': ['editing'],
                       'modelling_3d': ['modelling_3d'],
                       'transcription': ['transcription'],
                       'translation': ['translation'],
                       'writing': ['writing']}}
    ),
    'regulation': (
        {'column': "Quelles règles faudrait-il pour l'IA générative ? (plusieurs réponses "
                   "possibles, aucune si vous n'en voulez pas)",
         'kind': 'multi',
         'options': {"Protection des œuvres, droits d'auteur": 'copyright',
                     "Responsabilité d'une personne identifiée": 'human_responsibility',
                     "Une loi propre à l'IA": 'new_law',
                     'Mention visible des contenus produits par IA': 'transparency',
                     'Charte éthique, codes de la profession': 'ethics_charter'},
         'empty_is_none': True,
         'asked_if': {},
         'headlines': {'copyright': ['copyright'],
                       'human_responsibility': ['human_responsibility'],
                       'new_law': ['new_law'],
                       'transparency': ['transparency'],
                       'ethics_charter': ['ethics_charter']}}
    ),
}

# ---- Reading -----------------------------------------------------------------------------------

HERE = Path(__file__).resolve().parent
PROJECT = Path(*sys.argv[1:2])


def read(path):
    return pd.read_csv(path, dtype=str, na_filter=False, encoding="utf-8-sig")


def simplify(text):
    """Leave out what survey tools change in a text: marks, case, spaces, dashes, quotes."""
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", normalize("NFKC", text))
    text = re.sub("[\u2010-\u2014\u2212]", "-", text)
    text = re.sub("[`\u00b4\u2018\u2019\u02bc]", "'", text)
    text = re.sub("[\u00ab\u00bb\u201c\u201d]", '"', text)
    return " ".join(text.split()).casefold()


# ---- 1. Who is kept ----------------------------------------------------------------------------


def keep_answers():
    """Return one row a respondent: sent in the days of the survey, invited, one of each person."""
    answers = read(PROJECT / ANSWERS).rename(columns=simplify)
    if TIMESTAMP:
        column = answers[simplify(TIMESTAMP)]
        sent = pd.to_datetime(column, format="mixed", dayfirst=True, errors="coerce")
        in_time = sent[(sent >= FIRST_DAY) & (sent < DAY_AFTER)].sort_values(kind="stable")
        answers = answers.loc[in_time.index]
    if not SAMPLE:
        alone = {"token": "", "stratum": "", "base_weight": 1, "stratum_population": np.inf}
        return answers.reset_index(drop=True).assign(**alone)
    tokens = answers[simplify(INVITATION)].str.replace(r"\s", "", regex=True).str.upper()
    answers = answers.assign(token=tokens).drop_duplicates("token", keep=KEEP)
    return answers.merge(read(PROJECT / SAMPLE), on="token")


# ---- 2. What they answered, as codes -----------------------------------------------------------


def code_item(item, texts):
    """Return the code of each answer: None for no answer, a set for a multiple choice."""
    known = {simplify(text): code for text, code in item["options"].items()}
    texts = texts.map(simplify)
    if item["kind"] == "number":
        numbers = pd.to_numeric(texts, errors="coerce")
        return numbers.where(numbers.between(item["least"], item["most"]))
    if item["kind"] != "multi":
        return texts.map(known)
    longest_first = sorted(known, key=len, reverse=True)
    option = re.compile("|".join(map(re.escape, filter(None, longest_first))))
    # What an empty cell means the questionnaire says: no option applies, or no answer.
    nothing = set() if item["empty_is_none"] else None
    return texts.map(lambda text: {known[found] for found in option.findall(text)} or nothing)


def has_any(code, wanted):
    """Whether an answer, or one of several, is among the wanted ones."""
    chosen = code if isinstance(code, set) else {code}
    return bool(chosen & set(wanted))


def code_answers(people):
    """Return the coded answers of each item; what was not asked is no answer."""
    corrections = pd.DataFrame(columns=["respondent", "item", "to"])
    if CORRECTIONS:
        corrections = read(PROJECT / CORRECTIONS)
    codes, not_asked = {}, {}
    for name, item in ITEMS.items():
        coded = code_item(item, people[simplify(item["column"])])
        for row in corrections[corrections["item"] == name].itertuples():
            right = float(row.to) if item["kind"] == "number" else row.to
            coded = coded.mask(people["token"] == row.respondent, right)
        skipped = pd.Series(False, index=people.index)
        for other, wanted in item["asked_if"].items():
            met = codes[other].map(lambda code: has_any(code, wanted))
            skipped |= not_asked[other] | (codes[other].notna() & ~met)
        codes[name], not_asked[name] = coded.mask(skipped), skipped
    return codes


# ---- 3. Weights --------------------------------------------------------------------------------


def rake(base, people):
    """Rake base weights, shape (people, columns), to the margins, each factor within its limits."""
    if not MARGINS:
        return base
    margins = read(PROJECT / MARGINS)
    cells = [
        ((people[row.variable] == row.category).to_numpy(), float(row.total))
        for row in margins.itertuples()
    ]
    whole = sum(total for _, total in cells) / margins["variable"].nunique()
    mean = whole / base.sum(axis=0)
    factor = np.ones_like(base)
    for sweep in range(150):
        for inside, total in cells:
            limited = np.clip(factor[inside], LOWEST * mean, HIGHEST * mean)
            factor[inside] *= total / (limited * base[inside]).sum(axis=0)
    return base * np.clip(factor, LOWEST * mean, HIGHEST * mean)


people = keep_answers()
codes = code_answers(people)
stratum = people["stratum"].to_numpy()
base = people["base_weight"].to_numpy(float)
weight = rake(base[:, None], people)[:, 0]

# The jackknife: each person is left out once, the others of the stratum count for more, and all
# are raked again.
size = people.groupby("stratum")["token"].transform("size").to_numpy(float)
same_stratum = stratum[:, None] == stratum
left_out = np.where(same_stratum, size / (size - 1), 1.0) * (1 - np.eye(len(people)))
replicates = rake(base[:, None] * left_out, people)
scale = (size - 1) / size
# Shares know how much of a stratum was seen; tests do not.
unseen = 1 - size / people["stratum_population"].to_numpy(float)

# ---- 4. Published and computed -----------------------------------------------------------------

published = read(HERE / "figures.csv").set_index("id").to_dict("index")
different = []


def find_decimals(row, column):
    """Return with how many decimals a cell is published."""
    if column in ("n", "n_eff"):
        return 0
    percent = 2 if row["unit"] in ("share", "points") else 0
    return int(row["digits"]) + percent + (column == "se")


def compare(figure, column, computed):
    """Print a published cell beside what is computed, equal to half its last digit."""
    row = published.get(figure, {})
    if row.get(column, "") == "" or row["suppressed"]:
        return
    decimals = find_decimals(row, column)
    half = 0.5 * 10.0**-decimals
    if row["unit"] == "p":
        # Smaller than its digits can show: published as the middle of what is left.
        computed = half if computed < 2 * half else computed
    if row["unit"] in ("p_below", "p_not_below"):
        bound = float(row[column])
        same = (computed < bound) == (row["unit"] == "p_below")
    else:
        same = abs(float(row[column]) - computed) <= half * 1.0002
    if not same:
        different.append(f"{figure} {column}")
    verdict = "" if same else "  DIFFERENT"
    print(f"{figure + ' ' + column:58} {row[column]:>9} {computed:11.4f}{verdict}")


groups = {}
if BY:
    of_group = codes[BY] if BY in codes else people[BY]
    groups = {group: (of_group == group).to_numpy() for group in GROUPS}


def estimate(name, chosen, inside):
    """Return a share (or mean) and its value in each replicate; None where nobody answered.

    `chosen`: the codes that the share adds up; none for the mean of a number.
    """
    inside = inside & codes[name].notna().to_numpy()
    if not inside.any():
        return None
    answers = codes[name][inside]
    if chosen:
        answers = answers.map(lambda code: has_any(code, chosen))
    answers = answers.to_numpy(float)
    own = DescrStatsW(answers, weights=weight[inside]).mean
    again = answers @ replicates[inside] / replicates[inside].sum(axis=0)
    return own, again, inside


def check_number(name, level, chosen, group, inside):
    """Compare a headline number of a group with its base, standard error and limits."""
    found = estimate(name, chosen, inside)
    if found is None:
        return
    own, again, inside = found
    figure = f"{name}.{level}.{group}"
    compare(figure, "value", own)
    compare(figure, "n", inside.sum())
    row = published.get(figure, {})
    if row.get("se", "") == "":
        return
    error = np.sqrt((scale * unseen * (again - again.mean()) ** 2).sum())
    if not chosen:
        compare(figure, "se", error)
        return
    # What follows from printed numbers: the share, and one effective size for all answers.
    share, n_eff = float(row["value"]), float(row["n_eff"])
    unit = 10.0 ** -find_decimals(row, "value")
    spread = share * (1 - share)
    size_of_printed = 1 / (1 / n_eff + (unit**2 / (12 * spread) if spread else 0))
    lower, upper = proportion_confint(
        share * size_of_printed, size_of_printed, alpha=1 - LEVEL, method="beta"
    )
    compare(figure, "se", np.sqrt(spread / n_eff) if error > 0 else 0.0)
    compare(figure, "lower", lower if share > 0 else 0.0)
    compare(figure, "upper", upper if share < 1 else 1.0)


for name, item in ITEMS.items():
    for level, chosen in item["headlines"].items():
        for group, inside in {**groups, "all": np.ones(len(people), bool)}.items():
            check_number(name, level, chosen, group, inside)

# ---- 5. Do groups differ? ----------------------------------------------------------------------


def centred_basis(k):
    """Return k - 1 columns that are orthogonal to a constant."""
    columns = np.column_stack([np.ones(k), np.eye(k)[:, 1:]])
    return np.linalg.qr(columns)[0][:, 1:]


def rao_scott(name):
    """Return Rao and Scott's F of the groups by all answers (svychisq in R), and its p."""
    answers = [code for code in ITEMS[name]["options"].values() if codes[name].eq(code).any()]
    answered = codes[name].isin(answers).to_numpy()
    there = [group for group, inside in groups.items() if (inside & answered).any()]
    in_groups = np.logical_or.reduce([groups[group] for group in there])
    answers = [code for code in answers if (codes[name].eq(code).to_numpy() & in_groups).any()]
    if len(there) < 2 or len(answers) < 2:
        return None
    cells = np.array(
        [groups[group] & codes[name].eq(code).to_numpy() for group in there for code in answers],
        dtype=float,
    )
    inside = cells.any(axis=0)
    p = cells @ weight / (cells @ weight).sum()
    again = cells @ replicates / (cells @ replicates).sum(axis=0)
    apart = again - again.mean(axis=1, keepdims=True)
    covariance = (apart * scale) @ apart.T
    table = p.reshape(len(there), len(answers))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)).ravel()
    contrasts = np.kron(centred_basis(len(there)), centred_basis(len(answers)))
    # Design effects at the shares; with too many empty cells at those of independence.
    for at in (p, expected):
        inverse = np.divide(1, at, out=np.zeros_like(at), where=at > 0)
        scaled = contrasts * inverse[:, None]
        if np.linalg.cond(contrasts.T @ scaled) < 1e12:
            break
    n = inside.sum()
    effects = np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled)
    trace, squares = np.trace(effects), np.trace(effects @ effects)
    statistic = n * ((p - expected) ** 2 / expected).sum() / trace
    df = trace**2 / squares
    degrees = n - len(set(stratum[inside]))
    return statistic, stats.f.sf(statistic, df, df * degrees)


if BY:
    for name, rows_of_grid in TESTS.items():
        test = rao_scott(name)
        if test is not None:
            statistic, p = test
            compare(f"{name}.test.rao_scott_f.statistic", "value", statistic)
            # The rows of a grid are one question, and share its error.
            compare(f"{name}.test.rao_scott_f.p", "value", min(1, rows_of_grid * p))

sys.exit(f"different: {', '.join(different)}" if different else print("No difference."))
