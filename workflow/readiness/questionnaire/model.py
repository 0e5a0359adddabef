"""The typed questionnaire: items, frame variables, groups, languages, version."""

from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from readiness.ground.duplicates import refuse_repeated
from readiness.ground.models import Code, LanguageCode, Strict
from readiness.questionnaire.items import (
    OF_TABLES,
    TOTAL,
    Block,
    Category,
    Export,
    Item,
    group_rows,
)
from readiness.questionnaire.labels import (
    WRITTEN_IN,
    Label,
    Language,
    Text,
    with_own_labels,
)
from readiness.questionnaire.text import match_key


class Groups(Strict):
    """Categories of the group item: `weighted` to the frame, and counted `apart`."""

    weighted: Annotated[tuple[Code, ...], Field(min_length=1)]
    apart: tuple[Code, ...] = ()


class FrameVariable(Strict):
    """A variable known for everyone on the sampling frame, for strata and margins.

    `ordered`: the categories are listed in their natural order, which charts and tables keep.
    Without a natural order, groups are sorted by the number shown.
    """

    id: Code
    label: Label
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    ordered: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the categories in listed order."""
        return tuple(category.code for category in self.categories)

    def labels(self, language: Language) -> dict[str, str]:
        """Return the label of each category code in `language`."""
        return {category.code: category.label(language) for category in self.categories}


class Grid(Strict):
    """A block of items, either a table or a ranking.

    `column`: text of the block's question. `variable`: name of the block in the tool.
    """

    id: Code
    kind: Block
    column: Text
    variable: Text | None = None
    label: Label


def _label_item(item: Any, language: Language) -> Any:
    """Add the question's text as the label of an item that has no label."""
    if not isinstance(item, dict) or "label" in item:
        return item
    question = item.get("column") or item.get("variable") or item.get("id")
    return {**item, "label": {language: question}} if question else item


Part = TypeVar("Part", bound=Item | Grid | FrameVariable)


def _find_part(parts: Iterable[Part], name: str) -> Part:
    """Return the part with this id; KeyError without one."""
    for part in parts:
        if part.id == name:
            return part
    raise KeyError(name)


class Questionnaire(Strict):
    """A questionnaire of a wave.

    `group_item`: item whose answer is the respondent's group; without a group item everybody is
    weighted. `groups`: weighted groups, and groups counted apart (default: the first category is
    weighted, the other categories are counted apart). `language`: language of the texts that the
    survey tool exports. `draft`: decisions of the analyst are open, so no wave can be computed.
    """

    draft: bool = False
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    language: LanguageCode = WRITTEN_IN
    title: Label
    export: Export = Field(default_factory=Export)
    group_item: Code | None = None
    groups: Groups | None = None
    frame: tuple[FrameVariable, ...] = ()
    grids: tuple[Grid, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _label_items(cls, data: Any) -> Any:
        language = data.get("language", WRITTEN_IN) if isinstance(data, dict) else WRITTEN_IN
        if not isinstance(data, dict) or not isinstance(language, str):
            return data
        items = data.get("items")
        if isinstance(items, list):
            # An item that gives no label has the exported question as its label.
            data = {**data, "items": [_label_item(item, language) for item in items]}
        return with_own_labels(data, language)

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        frame_ids = [variable.id for variable in self.frame]
        ids = [*frame_ids, *(item.id for item in self.items)]
        refuse_repeated("items: id", ids)
        if reserved_ids := sorted({*OF_TABLES}.intersection(ids)):
            raise ValueError(
                f"items: id {reserved_ids[0]!r} is a column of the program's own tables; call it "
                f"otherwise, such as {reserved_ids[0]}_2"
            )
        refuse_repeated("items: column", map(match_key, self.headers))
        grids = [grid.id for grid in self.grids]
        refuse_repeated("grids: id", [*(item.id for item in self.items), *grids])
        self._check_groups()
        texts = [item.id for item in self.items if item.kind.is_free_text]
        for item in self.items:
            if item.grid is not None and item.grid not in grids:
                raise ValueError(f"item {item.id}, grid: {item.grid!r} is not among the grids")
            for category in item.categories:
                if category.specify is not None and category.specify not in texts:
                    raise ValueError(
                        f"item {item.id}, categories {category.code}, specify: "
                        f"{category.specify!r} is no text item "
                        f"({', '.join(texts) or 'there is none'})"
                    )
            if item.confirms is not None and (
                item.confirms not in frame_ids
                or set(item.codes) != set(self.variable(item.confirms).codes)
            ):
                raise ValueError(
                    f"item {item.id}, confirms: {item.confirms!r} is not a frame variable with "
                    "the same categories"
                )
        self._check_routing()
        return self

    def _check_groups(self) -> None:
        if self.group_item is None:
            if self.groups is not None:
                raise ValueError("groups: only with a group_item, whose categories they are")
            return
        item = next((i for i in self.items if i.id == self.group_item), None)
        if item is None or not item.kind.is_nominal:
            raise ValueError(f"group_item: {self.group_item!r} must be a single item")
        if sorted([*self.weighted_groups, *self.groups_apart]) != sorted(item.codes):
            raise ValueError(
                f"groups: each category of {item.id} once, under weighted or apart "
                f"({', '.join(item.codes)})"
            )
        taken = {TOTAL, *(code for variable in self.frame for code in variable.codes)}
        if clash := sorted(taken & set(self.groups_apart)):
            raise ValueError(f"groups, apart: code {clash[0]!r} means another group already")

    def _check_routing(self) -> None:
        earlier: dict[str, Item] = {}
        for item in self.items:
            where = f"item {item.id}, asked_if"
            for routing in item.asked_if:
                source = earlier.get(routing.item)
                if source is None or not source.kind.is_estimated:
                    raise ValueError(
                        f"{where}: {routing.item!r} is not a closed question or a number "
                        "listed before it"
                    )
                if routing.of_a_number != source.kind.is_number:
                    raise ValueError(
                        f"{where}: {source.id} is {source.kind}; `one_of` is for a closed question,"
                        " `at_least` and `at_most` are for a number"
                    )
                if unknown := set(routing.one_of) - set(source.codes):
                    raise ValueError(
                        f"{where}: {min(unknown)!r} is not a category of {source.id} "
                        f"({', '.join(source.codes)})"
                    )
            earlier[item.id] = item

    @property
    def weighted_groups(self) -> tuple[str, ...]:
        """Codes of the groups weighted to the frame, in listed order; empty without a group
        item.
        """
        if self.groups is not None:
            return self.groups.weighted
        return () if self.group_item is None else self.item(self.group_item).codes[:1]

    @property
    def groups_apart(self) -> tuple[str, ...]:
        """Codes of the groups counted apart, unweighted and outside every total; often empty."""
        if self.groups is not None:
            return self.groups.apart
        return () if self.group_item is None else self.item(self.group_item).codes[1:]

    def label_apart(self, language: Language) -> dict[str, str]:
        """Return the label of each group that is counted apart, by code."""
        labels = self.item(self.group_item).labels(language) if self.group_item else {}
        return {code: labels[code] for code in self.groups_apart}

    @property
    def id(self) -> str:
        """Name and version, as in the file name: `ai-readiness-1`."""
        return f"{self.name}-{self.version}"

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers required in an export: time of submission, invitation code, then questions."""
        required_columns = (self.export.timestamp, self.export.invitation)
        question_columns = (item.slots or (item.column,) for item in self.items)
        return (
            *(text for text in required_columns if text),
            *chain.from_iterable(question_columns),
        )

    @property
    def label_languages(self) -> tuple[str, ...]:
        """The questionnaire's language, then the other languages of labels and title, sorted."""
        labels = [self.title.root, *(item.label.root for item in self.items)]
        labels += [category.labels for item in self.items for category in item.categories]
        others = {language for texts in labels for language in texts} - {self.language}
        return (self.language, *sorted(others))

    def item(self, item_id: str) -> Item:
        """Return the item with this id; KeyError without one."""
        return _find_part(self.items, item_id)

    def grid(self, grid_id: str) -> Grid:
        """Return the grid with this id; KeyError without one."""
        return _find_part(self.grids, grid_id)

    def find_tables(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Return the ids of the rows of each grid that is reported as one table.

        `names`: ids of items; a row that is not named is left out. See `group_rows`. Raises
        KeyError for a name that is no item.
        """
        tables = {grid.id for grid in self.grids if grid.kind.is_table}
        items_with_grid = (
            (item, item.grid if item.grid in tables else "") for item in map(self.item, names)
        )
        return group_rows(
            (item.id, grid or "", item.kind, item.codes) for item, grid in items_with_grid
        )

    def coded_columns(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the columns of the coded table for the frame variables and these items."""
        frame, wanted = [variable.id for variable in self.frame], set(names)
        items = [item for item in self.items if item.id in wanted]
        return (*frame, *(column for item in items for column in item.columns))

    @property
    def groupings(self) -> tuple[FrameVariable, ...]:
        """Variables whose categories can be groups: the frame, then the single-choice items."""
        items = [item.id for item in self.items if item.kind.takes_one]
        return (*self.frame, *map(self.grouping, items))

    def grouping(self, name: str) -> FrameVariable:
        """Return a variable as groups: a frame variable, or a single-choice item's answers.

        Groups that are counted apart are left out. Raises KeyError for an unknown variable.
        """
        variable = self.variable(name)
        if isinstance(variable, FrameVariable):
            return variable
        apart = self.groups_apart if name == self.group_item else ()
        weighted_categories = tuple(
            category for category in variable.categories if category.code not in apart
        )
        return FrameVariable(
            id=variable.id,
            label=variable.label,
            categories=weighted_categories,
            ordered=variable.kind.is_ordered,
        )

    def variable(self, name: str) -> Item | FrameVariable:
        """Return the item or frame variable with this id; KeyError without one."""
        variables: tuple[Item | FrameVariable, ...] = (*self.frame, *self.items)
        return _find_part(variables, name)
