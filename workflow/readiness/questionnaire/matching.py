"""Match the texts of a question's column to the question's options.

A cell holds the text of an option, or the value that the tool writes in place of the text, or the
option's code. One word may match two options: "1" may be the text of one option and the value of
another; `c` may be the text "C" and the code of "C++". Texts come before values, and values before
codes, unless the other cells of the column show that the column holds values or codes. Where they
show neither, the cell is contested and matches no option.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from readiness.questionnaire.items import Answer, Category, Item, Missing
from readiness.questionnaire.text import match_key, tidy


@dataclass(frozen=True)
class Matches:
    """Answers to which the texts of one column correspond.

    Attributes:
        found: answer (an option, "don't know", or a missing code) by match key.
        contested: for a match key that may mean two answers, the answer with this text and the
            answer with this value or code. `found` has none of these keys.
    """

    found: Mapping[str, Answer]
    contested: Mapping[str, tuple[Answer, Answer]] = field(default_factory=dict)


def list_answers(item: Item) -> list[Answer]:
    """Return the options of an item, its "don't know", and its missing codes."""
    outside = [item.dont_know] if item.dont_know else []
    return [*item.categories, *outside, *item.missing]


def list_own_keys(answer: Answer, item: Item) -> set[str]:
    """Return the match keys of one answer: text, value, and a code that no other answer uses."""
    names = [answer.text, answer.value or ""]
    if isinstance(answer, Category):
        other_answers = [other for other in list_answers(item) if other is not answer]
        taken = {
            match_key(name) for other in other_answers for name in (other.text, other.value or "")
        }
        names += [answer.code] if match_key(answer.code) not in taken else []
    return {match_key(name) for name in names if name}


def list_ambiguous_keys(item: Item) -> set[str]:
    """Return the match keys that are the text of one answer and the value of another."""
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
        codes: True to match codes in any column; False to match codes only in a column of codes.
        contested: for cells in which a reader has already replaced values by option texts, the
            match keys that the reader could not decide. None for cells as exported: then the other
            cells of the column decide.
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
    # Missing codes occur in columns of texts, of values and of codes, so they are no evidence.
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
        # Exact spelling decides: "C" is the text of one option, `c` the code of another.
        as_text = {key for key in matched_keys if written[key] == by_text[key].text}
        as_code = {key for key in matched_keys if written[key] in item.codes}
        if not as_text and as_code == matched_keys:
            matched = {**by_code, **matched, **{key: by_code[key] for key in codes_of_others}}
        elif in_both_spellings := as_text & as_code:
            pairs |= {key: (by_text[key], by_code[key]) for key in sorted(in_both_spellings)}
    if codes:
        matched = {**by_code, **matched}
    return Matches(_leave_out(matched, pairs), pairs)


def _list_by_text_and_value(item: Item) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """Return the answers of an item by match key of the text, and by match key of the value."""
    answers = list_answers(item)
    by_text = {match_key(answer.text): answer for answer in answers}
    return by_text, {match_key(answer.value): answer for answer in answers if answer.value}


def _list_ambiguous(texts: Mapping[str, Answer], others: Mapping[str, Answer]) -> set[str]:
    """Return the match keys that mean one answer in `texts` and a different answer in `others`."""
    return {key for key in texts.keys() & others.keys() if not _say_alike(texts[key], others[key])}


def _say_alike(one: Answer, other: Answer) -> bool:
    """Return True if both are the same answer, or missing codes with the same meaning."""
    if isinstance(one, Missing) and isinstance(other, Missing):
        return one.means == other.means
    return one is other


def _leave_out(found: Mapping[str, Answer], contested: Collection[str]) -> dict[str, Answer]:
    """Return the matches without the contested keys."""
    return {key: answer for key, answer in found.items() if key not in contested}
