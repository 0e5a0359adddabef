"""The invented world of the simulated wave: every number that the generator takes.

None is an estimate of anything, and none is fitted to a published figure. What the wave must show
is chosen; how large it is, is round:

- `revolution`: exactly the same split in every profession (no difference to find);
- `preparation`: professions differ (a shift of the cumulative logit);
- `use_ai`: depends on size and region, which also rule response, so that the unweighted share is
  biased and raking to size and region repairs it;
- `team_trained`: those who would say no leave it blank far more often, so that no weighting on the
  frame repairs it;
- `voice_artist`: so few are drawn that fewer than 30 answer.
"""

from __future__ import annotations

from datetime import date, datetime

# Fixed before the first estimate; the shipped files come from it.
SEED = 2026

OPENS = date(2026, 3, 2)
CLOSES = date(2026, 3, 31)
# The first export is taken while the wave is open, the second a week after it closed.
EXPORT_1 = datetime(2026, 3, 25)

# Persons on the frame. Multiples of 10, so that shares of `revolution` are equal to the person.
POPULATION = {
    "producer": 1500,
    "director": 1420,
    "creator": 4200,
    "advertiser": 1700,
    "journalist": 1900,
    "technician": 1160,
    "voice_artist": 120,
}
# Invited per stratum: far from proportional, as when every profession must be shown.
DRAWN = {
    "producer": 290,
    "director": 280,
    "creator": 340,
    "advertiser": 260,
    "journalist": 270,
    "technician": 240,
    "voice_artist": 60,
}

REGIONS = ("north", "centre", "south")
SIZES = ("solo", "small", "medium", "large")
REGION_SHARES = {
    "producer": (0.25, 0.65, 0.10),
    "director": (0.30, 0.55, 0.15),
    "creator": (0.33, 0.45, 0.22),
    "advertiser": (0.20, 0.70, 0.10),
    "journalist": (0.30, 0.50, 0.20),
    "technician": (0.30, 0.55, 0.15),
    "voice_artist": (0.20, 0.75, 0.05),
}
SIZE_SHARES = {
    "producer": (0.10, 0.45, 0.30, 0.15),
    "director": (0.45, 0.35, 0.15, 0.05),
    "creator": (0.70, 0.22, 0.06, 0.02),
    "advertiser": (0.15, 0.30, 0.30, 0.25),
    "journalist": (0.12, 0.18, 0.30, 0.40),
    "technician": (0.35, 0.30, 0.20, 0.15),
    "voice_artist": (0.75, 0.15, 0.07, 0.03),
}

# Probability of answering = the product: multiplicative, the form that raking can undo.
RESPONSE = 0.60
RESPONSE_BY_REGION = {"north": 0.80, "centre": 1.00, "south": 0.60}
RESPONSE_BY_SIZE = {"solo": 0.50, "small": 0.65, "medium": 0.85, "large": 1.00}

# An item left blank by someone who answers the form: at random, except for `team_trained`.
ITEM_BLANK = 0.02
TEAM_TRAINED_BLANK = {"yes": 0.08, "no": 0.40}

# revolution: shares of all persons of each profession, exact.
REVOLUTION = {"social": 0.5, "technological": 0.4, "_dont_know": 0.1}

# preparation: P(level <= j) = logistic(threshold_j - shift).
PREPARATION_THRESHOLDS = (-1.4, 0.5, 2.1)
PREPARATION_SHIFT = {
    "producer": 0.8,
    "director": 0.2,
    "creator": -0.6,
    "advertiser": 0.5,
    "journalist": -0.4,
    "technician": -0.1,
    "voice_artist": -0.8,
}
PREPARATION_DONT_KNOW = 0.04

# use_ai: logistic of the sum.
USE_AI_BY_PROFESSION = {
    "producer": -0.3,
    "director": -0.6,
    "creator": 0.2,
    "advertiser": 0.1,
    "journalist": -0.5,
    "technician": -0.4,
    "voice_artist": -1.1,
}
USE_AI_BY_SIZE = {"solo": -0.9, "small": -0.3, "medium": 0.5, "large": 1.1}
USE_AI_BY_REGION = {"north": -0.2, "centre": 0.5, "south": -0.8}

# team_trained: share that would say yes; it hangs on the profession alone.
TEAM_TRAINED = {
    "producer": 0.60,
    "director": 0.40,
    "creator": 0.40,
    "advertiser": 0.60,
    "journalist": 0.50,
    "technician": 0.50,
    "voice_artist": 0.20,
}
TEAM_TRAINED_DONT_KNOW = 0.03

# The other items: the same shares in every profession, drawn person by person.
SHARES: dict[str, dict[str, float]] = {
    "perception": {
        "very_negative": 0.08,
        "negative": 0.20,
        "neutral": 0.22,
        "positive": 0.34,
        "very_positive": 0.12,
        "_dont_know": 0.04,
    },
    "replacement": {"never": 0.45, "some_tasks": 0.43, "fully": 0.06, "_dont_know": 0.06},
    "jobs": {"loss": 0.30, "change": 0.50, "creation": 0.15, "_dont_know": 0.05},
    "time_saving": {"yes": 0.62, "no": 0.28, "_dont_know": 0.10},
    "cost_saving": {"yes": 0.48, "no": 0.37, "_dont_know": 0.15},
    "future_use": {"less": 0.08, "same": 0.32, "more": 0.40, "much_more": 0.14, "_dont_know": 0.06},
    "training_need": {
        "none": 0.10,
        "some": 0.34,
        "strong": 0.38,
        "urgent": 0.14,
        "_dont_know": 0.04,
    },
}
USE_AREAS = {
    "subtitling": 0.35,
    "dubbing": 0.18,
    "editing": 0.40,
    "modelling_3d": 0.12,
    "transcription": 0.45,
    "translation": 0.38,
    "writing": 0.55,
}
USE_AREAS_DONT_KNOW = 0.02
REGULATION = {
    "copyright": 0.60,
    "human_responsibility": 0.40,
    "new_law": 0.35,
    "transparency": 0.55,
    "ethics_charter": 0.30,
}
# experience_years: exponential with this mean, whole years, cut at the top.
EXPERIENCE_MEAN = 9.0
EXPERIENCE_TOP = 45

TOOLS = ("assistant de texte", "sous-titreur automatique", "générateur d'images", "", "")
REMARKS = (
    "L'émotion ne se calcule pas, elle se vit.",
    'Il faut dire au public ce qui est "vrai" ; le reste suit',
    "Former d'abord,\npuis équiper.",
    "= même règle pour tous",
)
# One person in so many writes a remark.
REMARK_SHARE = 0.06

EXPERTS = 25
EXPERT_FIELDS = {"ai_expert": 0.4, "researcher": 0.3, "teacher": 0.3}
