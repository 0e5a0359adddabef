"""Invent the sample export of the first-use guide: `python examples/first-use/make_sample.py`.

Nobody answered: each answer is drawn at random, with a fixed seed, so that the file is the same
everywhere. It looks as a form's export does: a moment, a profession, a choice, a scale, several
options in one cell, a remark, and questions that some left out.
"""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

FILE = Path(__file__).with_name("invented-answers.csv")
ANSWERS, SEED = 240, 20270301
OPENS = datetime(2027, 3, 1, 8)
DAYS = 31

# How many of a hundred have each profession, use AI, and then choose each level of the scale.
PROFESSIONS = {"Journalist": 45, "Producer": 25, "Editor": 18, "Technician": 12}
USES = {"Journalist": 72, "Producer": 55, "Editor": 63, "Technician": 40}
LEVELS = {
    "Not at all prepared": (10, 25),
    "Slightly prepared": (22, 34),
    "Moderately prepared": (38, 28),
    "Very prepared": (24, 11),
    "Extremely prepared": (6, 2),
}
# How many of a hundred who use AI do so for each task.
TASKS = {
    "Research": 61,
    "Writing or editing texts": 54,
    "Translation": 47,
    "Images and video": 26,
    "Subtitles": 18,
}
# A remark is one of each: a wish or an experience, and what it is about.
BEGINNINGS = (
    "We need rules before anything else for",
    "A day of training would help most with",
    "Nobody has told us what is allowed in",
    "I save an hour a day on",
    "I check everything twice, so little is won in",
    "More examples in our own language, please, for",
    "Our team is too small to test anything new in",
    "I would rather not use it for",
    "Ask us again in a year about",
)
SUBJECTS = (
    "interviews", "breaking news", "translations", "archives", "fact-checking", "sports results",
    "local reporting", "weather and traffic", "photographs", "live broadcasts", "court reports",
)  # fmt: skip
COLUMNS = (
    "Timestamp",
    "What is your profession?",
    "Do you use AI tools at work?",
    "For which tasks do you use them?",
    "How prepared is your organisation for AI?",
    "Is there anything you would like to add?",
)
# How many of a hundred leave a question out, or add a remark.
BLANK, REMARK = 3, 30


def happens(draw: Random, percent: float) -> bool:
    """Return whether something happens that does so in `percent` of a hundred cases."""
    return draw.random() * 100 < percent


def choose(draw: Random, weights: dict[str, int]) -> str:
    """Draw one of the keys, each as often as its weight says."""
    return draw.choices(list(weights), list(weights.values()))[0]


def invent_row(draw: Random, moment: datetime) -> list[str]:
    """Invent the answers of one person, as the cells of a row."""
    profession = choose(draw, PROFESSIONS)
    uses = happens(draw, USES[profession])
    tasks = [task for task, percent in TASKS.items() if happens(draw, percent)] or ["Research"]
    level = choose(draw, {name: shares[not uses] for name, shares in LEVELS.items()})
    remark = f"{draw.choice(BEGINNINGS)} {draw.choice(SUBJECTS)}" if happens(draw, REMARK) else ""
    # As Google Forms writes a moment: 2027/03/01 1:09:07 PM GMT+1.
    hour, half = moment.hour % 12 or 12, "AM" if moment.hour < 12 else "PM"
    return [
        f"{moment:%Y/%m/%d} {hour}:{moment:%M:%S} {half} GMT+1",
        profession,
        "Yes" if uses else "No",
        "" if not uses or happens(draw, BLANK) else ", ".join(tasks),
        "" if happens(draw, BLANK) else level,
        remark,
    ]


def make_sample() -> str:
    """Return the export as the text of a CSV file."""
    draw = Random(SEED)
    seconds = sorted(draw.randrange(DAYS * 24 * 3600) for _ in range(ANSWERS))
    rows = [invent_row(draw, OPENS + timedelta(seconds=second)) for second in seconds]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(make_sample(), "utf-8", newline="")
