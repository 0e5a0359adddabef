"""Compute the headline numbers of simulated-2026-r4 again: pandas and scipy, nothing of the program.

    dvc pull data/raw/simulated-2026/1.csv.dvc data/raw/simulated-2026-sample/1.csv.dvc
    python publications/simulated-2026-r4/recompute.py    (in the project's folder, or with its path behind)

Covers who is kept, the weights and their jackknife, each headline number of all and by group with
its base and standard error, and whether groups differ. Does not cover: what is withheld, intervals, nonresponse.
"""
import re, sys
from itertools import product
from pathlib import Path
from unicodedata import normalize
import numpy as np
import pandas as pd
from scipy import stats

ANSWERS, SAMPLE = 'data/raw/simulated-2026/1.csv', 'data/raw/simulated-2026-sample/1.csv'
MARGINS, CORRECTIONS = 'data/margins/simulated-2026-1.csv', 'data/corrections/simulated-2026-1.csv'
TIMESTAMP, FIRST, BEFORE = 'Horodateur', '2026-03-02', '2026-04-01'
INVITATION, KEEP, LIMITS = "Code d'invitation (laissez vide si vous n'en avez pas)", 'last', (0.2, 4.0)
BY, GROUPS = '', ()
TESTS = {}
ITEMS = {  # column, kind, options, asked if, numbers
    'perception': ("De façon générale, comment voyez-vous l'effet de l'IA sur votre secteur ?", 'ordinal', {'Très négatif': 'very_negative', 'Plutôt négatif': 'negative', 'Ni négatif ni positif': 'neutral', 'Plutôt positif': 'positive', 'Très positif': 'very_positive'}, [], {'low': ('very_negative', 'negative')}),
    'revolution': ("Selon vous, l'IA est avant tout une révolution…", 'single', {'Sociale': 'social', 'Technologique seulement': 'technological'}, [], {'social': ('social',)}),
    'preparation': ("Comment jugez-vous la préparation de votre secteur à l'arrivée de l'IA ?", 'ordinal', {'Inexistante': 'none', 'Faible': 'weak', 'Moyenne': 'medium', 'Bonne': 'good'}, [], {'low': ('none', 'weak')}),
    'team_trained': ("Vos équipes ou collaborateurs ont-ils été formés aux outils d'IA ?", 'single', {'Oui': 'yes', 'Non': 'no'}, [], {'yes': ('yes',)}),
    'use_ai': ("Utilisez-vous l'IA dans votre travail ?", 'single', {'Oui': 'yes', 'Non': 'no'}, [], {'yes': ('yes',)}),
    'use_areas': ("Pour quelles tâches utilisez-vous l'IA ? (plusieurs réponses possibles)", 'multi', {'Sous-titrage': 'subtitling', 'Doublage, voix off': 'dubbing', 'Montage': 'editing', 'Modélisation 3D': 'modelling_3d', 'Transcription, dérushage': 'transcription', 'Traduction': 'translation', "Écriture de textes, de scénarios ou d'idées": 'writing'}, [('use_ai', ('yes',))], {'subtitling': ('subtitling',), 'dubbing': ('dubbing',), 'editing': ('editing',), 'modelling_3d': ('modelling_3d',), 'transcription': ('transcription',), 'translation': ('translation',), 'writing': ('writing',)}),
    'regulation': ("Quelles règles faudrait-il pour l'IA générative ? (plusieurs réponses possibles, aucune si vous n'en voulez pas)", 'multi', {"Protection des œuvres, droits d'auteur": 'copyright', "Responsabilité d'une personne identifiée": 'human_responsibility', "Une loi propre à l'IA": 'new_law', 'Mention visible des contenus produits par IA': 'transparency', 'Charte éthique, codes de la profession': 'ethics_charter', '': 'none'}, [], {'copyright': ('copyright',), 'human_responsibility': ('human_responsibility',), 'new_law': ('new_law',), 'transparency': ('transparency',), 'ethics_charter': ('ethics_charter',)}),
}
def read(path):
    return pd.read_csv(Path(*sys.argv[1:2], path), dtype=str, na_filter=False, encoding="utf-8-sig")
def plain(text):  # without what tools change: marks, case, spaces, apostrophes, dashes, quotes
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", normalize("NFKC", text))
    text = re.sub("[`\u00b4\u2018\u2019\u02bc]", "'", re.sub("[\u2010-\u2014\u2212]", "-", text))
    return " ".join(re.sub("[\u00ab\u00bb\u201c\u201d]", '"', text).split()).casefold()

# 1. Who is kept: sent in the days of the survey, invited, the first or last answer of one person.
people = read(ANSWERS).rename(columns=plain)
if TIMESTAMP:
    sent = pd.to_datetime(people[plain(TIMESTAMP)], format="mixed", dayfirst=True, errors="coerce")
    people = people.loc[sent[(sent >= FIRST) & (sent < BEFORE)].sort_values(kind="stable").index]
if SAMPLE:
    people["token"] = people[plain(INVITATION)].str.replace(r"\s", "", regex=True).str.upper()
    people = people.drop_duplicates("token", keep=KEEP).merge(read(SAMPLE), on="token")
else:
    alone = {"token": "", "stratum": "", "base_weight": 1, "stratum_population": np.inf}
    people = people.reset_index(drop=True).assign(**alone)

# 2. What they said, as codes: texts of the form, corrections on file, no question not asked.
fixed = read(CORRECTIONS) if CORRECTIONS else pd.DataFrame(columns=["respondent", "item", "to"])
codes, unasked = {}, {}
for name, (column, kind, options, asked_if, *_) in ITEMS.items():
    said, known = people[plain(column)].map(plain), {plain(t): code for t, code in options.items()}
    if kind == "number":
        number = pd.to_numeric(said, errors="coerce")
        codes[name] = number.where(number.between(options["least"], options["most"]))
    elif kind == "multi":  # what an empty cell means, the form says
        ticks = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))
        none = set() if "" in known else None
        codes[name] = said.map(lambda text: {known[t] for t in ticks.findall(text) if t} or none)
    else:
        codes[name] = said.map(known)
    for row in fixed[fixed["item"] == name].itertuples():
        right = float(row.to) if kind == "number" else row.to
        codes[name] = codes[name].mask(people["token"] == row.respondent, right)
    unasked[name] = pd.Series(False, index=people.index)
    for other, ways in asked_if:
        met = codes[other].map(lambda c: bool((c if isinstance(c, set) else {c}) & set(ways)))
        unasked[name] |= unasked[other] | (codes[other].notna() & ~met)
    codes[name] = codes[name].mask(unasked[name])

# 3. Weights: base weights raked to the margins, the factors of raking within their limits.
margins = read(MARGINS) if MARGINS else pd.DataFrame(columns=["variable", "category", "total"])
cells = [(people[v].eq(c).to_numpy(), float(total)) for v, c, total in margins.to_numpy()[:, :3]]
def rake(base):  # each column of base weights, shape (people, columns)
    if not cells: return base
    mean = sum(total for _, total in cells) / margins["variable"].nunique() / base.sum(axis=0)
    factor = np.ones_like(base)
    for here, total in cells * 150:  # sweeps
        now = np.clip(factor[here], LIMITS[0] * mean, LIMITS[1] * mean) * base[here]
        factor[here] *= total / now.sum(axis=0)
    return base * np.clip(factor, LIMITS[0] * mean, LIMITS[1] * mean)

# The jackknife: each person left out once, the others of the stratum raised, raked again.
base, stratum = people["base_weight"].to_numpy(float)[:, None], people["stratum"].to_numpy()
size = people.groupby("stratum")["token"].transform("size").to_numpy(float)
left_out = np.where(stratum[:, None] == stratum, size / (size - 1), 1.0) * (1 - np.eye(len(base)))
weight, replicates = rake(base), rake(base * left_out)
left, unseen = (size - 1) / size, 1 - size / people["stratum_population"].to_numpy(float)

# 4. Each headline number of all and by group: as published, as computed here.
ours = read(Path(__file__).resolve().with_name("figures.csv")).set_index("id").to_dict("index")
made, different = {}, []
def compare(figure, said, own, off=0.0):  # equal to half the last digit that is published
    same = abs(float(said) - own) <= 0.5001 * 10.0 ** -len(said.partition(".")[2]) + off
    different.extend([] if same else [figure])
    print(f"{figure:58} {said:>9} {own:11.4f}{'' if same else '  DIFFERENT'}")
numbers = [(n, l, c) for n, (*_, told) in ITEMS.items() for l, c in told.items()]
groups = {g: (codes[BY] if BY in codes else people[BY]).eq(g).to_numpy() for g in GROUPS}
groups["all"] = np.ones(len(people), bool)
for (name, level, chosen), group in product(numbers, groups):
    here, value = groups[group] & codes[name].notna().to_numpy(), codes[name]
    if level != "mean":
        value = value.map(lambda c: bool((c if isinstance(c, set) else {c}) & set(chosen)))
    value, w, again = value[here].to_numpy(float), weight[here, 0], replicates[here]
    if here.any():
        own, again = (value * w).sum() / w.sum(), (value[:, None] * again).sum(0) / again.sum(0)
        made[name, level, group] = own, again - again.mean(), here.sum(), len(set(stratum[here]))
        se = np.sqrt((left * unseen * (again - again.mean()) ** 2).sum())
        figure, numbers_of = f"{name}.{level}.{group}", {"value": own, "n": here.sum(), "se": se}
        for column, number in numbers_of.items():
            if said := ours.get(figure, {}).get(column):
                compare(f"{figure} {column}", said, number)

# 5. Do groups differ in it? The largest of all pairs' differences, if nothing differed (max-t).
def limit(share, error, upper):  # Korn-Graubard
    p, se, n, df = share
    t = stats.t.isf(error / 2, n - 1) / stats.t.isf(error / 2, df)
    n = n if se == 0 or p in (0, 1) else min(n, p * (1 - p) / se**2 * t**2)
    a, b, end = n * p + upper, n * (1 - p) + 1 - upper, 1 - error / 2 if upper else error / 2
    return float(upper) if min(a, b) <= 0 else stats.beta.ppf(end, a, b)
for name, levels in TESTS.items():
    least = []
    for level in levels:
        found = (made.get((name, level, group)) for group in GROUPS)
        known = [each for each in found if each and each[2] > max(each[3], 1)]
        V = np.array([again for _, again, *_ in known])
        V, (a, b), p_values = (V * left) @ V.T, np.triu_indices(len(V), 1), []
        shares = [(p, V[k, k] ** 0.5, n, n - strata) for k, (p, _, n, strata) in enumerate(known)]
        for i, j in zip(a, b):  # the error at which the limit of the difference (MOVER) touches 0
            i, j = sorted((i, j), key=lambda k: shares[k][0])
            (p, se_i, *_), (q, se_j, *_), ends = shares[i], shares[j], [np.log(1e-9), 0.0]
            r = V[i, j] / (se_i * se_j) if se_i * se_j else 0.0
            for _ in range(50):
                error = np.exp(sum(ends) / 2)
                up, down = limit(shares[i], error, 1) - p, q - limit(shares[j], error, 0)
                beyond = (q - p) ** 2 > up**2 + down**2 - 2 * r * up * down
                ends[int(beyond)] = sum(ends) / 2
            p_values.append(error)
        joint = V[np.ix_(b, b)] - V[np.ix_(b, a)] - V[np.ix_(a, b)] + V[np.ix_(a, a)]
        draws = np.random.default_rng(1).multivariate_normal(np.zeros(len(joint)), joint, 50_000)
        largest = np.abs(draws / np.sqrt(np.diag(joint))).max(axis=1)
        reached = largest >= stats.norm.isf(min(p_values) / 2)
        least.append(min(1, len(levels) * max(reached.mean(), min(p_values))))
    figure, chance = f"{name}.test.contrasts_max_t.p", 4 * (2 * min(least) / 50_000) ** 0.5
    if said := ours.get(figure, {}).get("value"):  # to three digits, of as many draws
        compare(figure, said, min(least), 0.0005 + chance)
sys.exit(f"different: {', '.join(different)}" if different else print("No difference."))
