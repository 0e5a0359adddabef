"""Which option of a question a text in the question's column stands for.

An export holds the text of an option, or the value that the tool writes in place of the text, or
the option's own code. One word may be two of these, of two options: "1" the text of one and the
value of the next, `c` the text "C" and the code of "C++". Texts come first, then values, then
codes, unless the other cells of the column show that it holds values or codes. Where nothing shows
it, both options claim the cell, and it is neither's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from readiness.questionnaire.items import Answer, Category, Item, Missing
from readiness.questionnaire.text import match_key, tidy


@dataclass(frozen=True)
class Matches:
    """What the texts of one column stand for.

    Attributes:
        found: the answer (an option, "don't know", or what is declared missing) by match key.
        contested: the two answers that claim a match key which nothing in the column decides; the
            first by its text, the second by its value or code. None of these keys is in `found`.
    """

    found: Mapping[str, Answer]
    contested: Mapping[str, tuple[Answer, Answer]] = field(default_factory=dict)


def list_answers(item: Item) -> list[Answer]:
    """The options of an item, its "don't know", and what is declared missing."""
    outside = [item.dont_know] if item.dont_know else []
    return [*item.categories, *outside, *item.missing]


def list_own_keys(answer: Answer, item: Item) -> set[str]:
    """The match keys by which one answer is known; its code only where no other answer has it."""
    names = [answer.text, answer.value or ""]
    if isinstance(answer, Category):
        others = [each for each in list_answers(item) if each is not answer]
        taken = {match_key(name) for each in others for name in (each.text, each.value or "")}
        names += [answer.code] if match_key(answer.code) not in taken else []
    return {match_key(name) for name in names if name}


def list_twofold_keys(item: Item) -> set[str]:
    """The match keys that are the text of one answer and the value of another."""
    return _list_twofold(*_list_by_text_and_value(item))


def match_options(
    item: Item,
    cells: Iterable[str] = (),
    *,
    codes: bool = False,
    contested: Collection[str] | None = None,
) -> Matches:
    """What the texts of an item's column stand for.

    Args:
        item: the item.
        cells: the distinct texts of the column, ticked options told apart.
        codes: whether a code counts beside texts and values, too; else only in a column of codes.
        contested: where a reader has put the text of an option into each cell, the match keys
            that it could not decide. None where nobody has: the column itself decides.
    """
    by_text, by_value = _list_by_text_and_value(item)
    by_code: dict[str, Answer] = {match_key(each.code): each for each in item.categories}
    found = {**by_value, **by_text}
    values_of_others = _list_twofold(by_text, by_value)
    codes_of_others = _list_twofold(by_text, by_code) - by_value.keys()
    if contested is not None:
        others = {**by_code, **by_value}
        pairs = {key: (by_text[key], others[key]) for key in sorted(contested)}
        return Matches(_leave_out(found, pairs), pairs)
    written = {match_key(cell): tidy(cell) for cell in cells} if by_code else {}
    pairs = {}
    # What stands for no answer may be a word of the tool beside texts, values or codes.
    given = {key for key in written if not isinstance(found.get(key), Missing)}
    if values_of_others:
        only_texts = given & by_text.keys() - by_value.keys()
        only_values = given & by_value.keys() - by_text.keys()
        if only_values and not only_texts:
            found.update((key, by_value[key]) for key in values_of_others)
        elif only_values or not only_texts:
            pairs = {key: (by_text[key], by_value[key]) for key in sorted(values_of_others)}
    known = given & found.keys()
    only_codes = given & by_code.keys() - found.keys()
    if only_codes and known <= codes_of_others:
        # To the letter: "C" is the text, `c` the code of another option.
        as_text = {key for key in known if written[key] == by_text[key].text}
        as_code = {key for key in known if written[key] in item.codes}
        if not as_text and as_code == known:
            found = {**by_code, **found, **{key: by_code[key] for key in codes_of_others}}
        elif both := as_text & as_code:
            pairs |= {key: (by_text[key], by_code[key]) for key in sorted(both)}
    if codes:
        found = {**by_code, **found}
    return Matches(_leave_out(found, pairs), pairs)


def _list_by_text_and_value(item: Item) -> tuple[dict[str, Answer], dict[str, Answer]]:
    answers = list_answers(item)
    by_text = {match_key(each.text): each for each in answers}
    return by_text, {match_key(each.value): each for each in answers if each.value}


def _list_twofold(texts: Mapping[str, Answer], others: Mapping[str, Answer]) -> set[str]:
    """The match keys that are the text of one answer and the value or code of another."""
    return {key for key in texts.keys() & others.keys() if not _say_alike(texts[key], others[key])}


def _say_alike(one: Answer, other: Answer) -> bool:
    """Whether two answers are one, or say in two ways that there is none."""
    if isinstance(one, Missing) and isinstance(other, Missing):
        return one.means == other.means
    return one is other


def _leave_out(found: Mapping[str, Answer], contested: Collection[str]) -> dict[str, Answer]:
    return {key: answer for key, answer in found.items() if key not in contested}
