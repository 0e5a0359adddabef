"""Match the texts of a question's column to the question's options.

An export holds the text of an option, or the value that the tool writes in place of the text, or
the option's code. One word may match two options: "1" as the text of one and the value of the next,
`c` as the text "C" and the code of "C++". Texts come first, then values, then codes, unless the
other cells of the column show that it holds values or codes. Without such evidence both options
claim the cell, and it matches neither.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from readiness.questionnaire.items import Answer, Category, Item, Missing
from readiness.questionnaire.text import match_key, tidy


@dataclass(frozen=True)
class Matches:
    """The answers that the texts of one column match.

    Attributes:
        found: the answer (an option, "don't know", or a missing code) by match key.
        contested: the two answers that claim a match key without evidence for either; the first
            by its text, the second by its value or code. None of these keys is in `found`.
    """

    found: Mapping[str, Answer]
    contested: Mapping[str, tuple[Answer, Answer]] = field(default_factory=dict)


def list_answers(item: Item) -> list[Answer]:
    """Return the options of an item, its "don't know", and its missing codes."""
    outside = [item.dont_know] if item.dont_know else []
    return [*item.categories, *outside, *item.missing]


def list_own_keys(answer: Answer, item: Item) -> set[str]:
    """Return the match keys of one answer: text, value, and its code if no other answer has it."""
    names = [answer.text, answer.value or ""]
    if isinstance(answer, Category):
        other_answers = [other for other in list_answers(item) if other is not answer]
        taken = {
            match_key(name) for other in other_answers for name in (other.text, other.value or "")
        }
        names += [answer.code] if match_key(answer.code) not in taken else []
    return {match_key(name) for name in names if name}


def list_ambiguous_keys(item: Item) -> set[str]:
    """Return the ambiguous match keys: the text of one answer and the value of a different one."""
    return _list_ambiguous(*_list_by_text_and_value(item))


def match_options(
    item: Item,
    cells: Iterable[str] = (),
    *,
    codes: bool = False,
    contested: Collection[str] | None = None,
) -> Matches:
    """Match the texts of an item's column to its answers.

    Args:
        item: the item.
        cells: the distinct texts of the column, with ticked options split.
        codes: whether codes match beside texts and values; else only in a column of codes.
        contested: where a reader has written the text of an option into each cell, the match keys
            that the reader could not decide. None without such a reader: the column itself decides.
    """
    by_text, by_value = _list_by_text_and_value(item)
    by_code: dict[str, Answer] = {
        match_key(category.code): category for category in item.categories
    }
    matched = {**by_value, **by_text}
    values_of_others = _list_ambiguous(by_text, by_value)
    codes_of_others = _list_ambiguous(by_text, by_code) - by_value.keys()
    if contested is not None:
        by_value_or_code = {**by_code, **by_value}
        pairs = {key: (by_text[key], by_value_or_code[key]) for key in sorted(contested)}
        return Matches(_leave_out(matched, pairs), pairs)
    written = {match_key(cell): tidy(cell) for cell in cells} if by_code else {}
    pairs = {}
    # A missing code may be a word of the tool beside texts, values or codes: it is no evidence.
    answered_keys = {key for key in written if not isinstance(matched.get(key), Missing)}
    if values_of_others:
        only_texts = answered_keys & by_text.keys() - by_value.keys()
        only_values = answered_keys & by_value.keys() - by_text.keys()
        if only_values and not only_texts:
            matched.update((key, by_value[key]) for key in values_of_others)
        elif only_values or not only_texts:
            pairs = {key: (by_text[key], by_value[key]) for key in sorted(values_of_others)}
    matched_keys = answered_keys & matched.keys()
    only_codes = answered_keys & by_code.keys() - matched.keys()
    if only_codes and matched_keys <= codes_of_others:
        # Exact spelling decides: "C" is the text, `c` the code of another option.
        as_text = {key for key in matched_keys if written[key] == by_text[key].text}
        as_code = {key for key in matched_keys if written[key] in item.codes}
        if not as_text and as_code == matched_keys:
            matched = {**by_code, **matched, **{key: by_code[key] for key in codes_of_others}}
        elif both := as_text & as_code:
            pairs |= {key: (by_text[key], by_code[key]) for key in sorted(both)}
    if codes:
        matched = {**by_code, **matched}
    return Matches(_leave_out(matched, pairs), pairs)


def _list_by_text_and_value(item: Item) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """Return the answers of an item by the match key of their text, and of their value."""
    answers = list_answers(item)
    by_text = {match_key(answer.text): answer for answer in answers}
    return by_text, {match_key(answer.value): answer for answer in answers if answer.value}


def _list_ambiguous(texts: Mapping[str, Answer], others: Mapping[str, Answer]) -> set[str]:
    """Return the match keys that are the text of one answer and the value or code of another."""
    return {key for key in texts.keys() & others.keys() if not _say_alike(texts[key], others[key])}


def _say_alike(one: Answer, other: Answer) -> bool:
    """Return whether two answers are the same, or missing codes with the same meaning."""
    if isinstance(one, Missing) and isinstance(other, Missing):
        return one.means == other.means
    return one is other


def _leave_out(found: Mapping[str, Answer], contested: Collection[str]) -> dict[str, Answer]:
    """Return the matches without the contested keys."""
    return {key: answer for key, answer in found.items() if key not in contested}
