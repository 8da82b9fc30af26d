"""Fields and pages of answers of GitHub, and how a value is made to fit its model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel

#: repairs of one item; each repairs every invalid field it finds
ROUNDS = 12
#: an item cannot have changed later than this after our own time
CLOCK_TOLERANCE = timedelta(days=1)
Json = dict[str, Any]


class UnexpectedAnswerError(ValueError):
    """An answer has another form than GitHub documents; the text names the part.

    It ends what needs the answer: an item, a list or a repository.
    """


class NoPageError(UnexpectedAnswerError):
    """A list, or the nodes of its page, are null."""


def _time(text: str) -> str:
    """Return a time in GitHub's form: UTC, whole seconds."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None or not 1970 <= time.year <= 9998:
        raise ValueError
    if len(text) == 20 and (text[4], text[7], text[10], text[19]) == ("-", "-", "T", "Z"):
        return text  # as nearly all times
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _past_time(text: str) -> str:
    """Return a time of change, which cannot be in the future."""
    text = _time(text)
    if datetime.fromisoformat(text) > datetime.now(UTC) + CLOCK_TOLERANCE:
        raise ValueError
    return text


def _without_null(values: Any) -> Any:
    """Remove the entries of a list that the token may not read, or that were invalid."""
    if isinstance(values, list) and None in values:
        values[:] = [value for value in values if value is not None]
    return values


Entry = TypeVar("Entry")
Model = TypeVar("Model", bound=BaseModel)
Entries = Annotated[list[Entry], BeforeValidator(_without_null)]
Time = Annotated[str, StringConstraints(max_length=40), AfterValidator(_time)]
PastTime = Annotated[str, StringConstraints(max_length=40), AfterValidator(_past_time)]
Count = Annotated[int, Field(ge=0, lt=2**31)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
DatabaseId = Annotated[int, Field(ge=1, lt=2**63)]
NodeId = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Oid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40,64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^\w{1,60}$")]
Name = Annotated[str, StringConstraints(max_length=1_000)]
Text = Annotated[str, StringConstraints(max_length=300_000)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"<>]+$", max_length=4_000)]
FullName = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,100}/[\w.-]{1,100}$")]


class Node(BaseModel):
    """Object of an answer."""

    model_config = ConfigDict(strict=True, extra="ignore", alias_generator=to_camel)
    #: nullable fields whose null has a meaning: an invalid value makes the item invalid
    exact: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def names(cls) -> set[str]:
        """Return the fields' names in GitHub's schema."""
        return {f"{entry.alias or name}" for name, entry in cls.model_fields.items()}


# -- pages ----------------------------------------------------------------------------------------


class PageInfo(Node):
    """Position of a page in its list."""

    has_next_page: bool
    end_cursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None


class Page(Node):
    """Page of a list, with unchecked nodes."""

    total_count: Count = 0
    #: None for a node that the token may not read
    nodes: list[Any]
    page_info: PageInfo

    @property
    def next(self) -> str | None:
        """Cursor of the next page; None after the last, empty if GitHub does not return it."""
        return self.page_info.end_cursor or "" if self.page_info.has_next_page else None


class Head(Node):
    """Newest commit of a branch, or a parent of a commit."""

    oid: Oid


# -- reading --------------------------------------------------------------------------------------


def read(model: type[Model], value: Any, name: str) -> Model:
    """Return the model of a value; raises UnexpectedAnswerError with this name."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise UnexpectedAnswerError(f"{name} ({_field(error)})") from None


def read_list(model: type[Model], values: Any, name: str) -> list[Model]:
    """Return the models of a list; raises UnexpectedAnswerError."""
    if not isinstance(values, list):
        raise UnexpectedAnswerError(f"{name} (no list)")
    return [read(model, value, name) for value in values]


def read_page(value: Any, name: str) -> Page:
    """Return a page of a list of an answer; raises UnexpectedAnswerError."""
    page = value.get(name) if isinstance(value, dict) else value
    if page is None or (isinstance(page, dict) and page.get("nodes") is None):
        raise NoPageError("GitHub answered nothing")
    return read(Page, page, f"a page of {name}")


def fit(model: type[Node], value: Any) -> tuple[Json, set[str]]:
    """Return an item within the bounds of its model, and the fields that lost something.

    Raises UnexpectedAnswerError with a field's name if a required field is invalid.
    """
    lost: set[str] = set()
    for _ in range(ROUNDS):
        try:
            item = model.model_validate(value)
        except ValidationError as error:
            if not isinstance(value, dict):
                break
            lost |= _repair(model, value, error)
        else:
            return item.model_dump(by_alias=True, exclude_unset=True), lost
    raise UnexpectedAnswerError("its form")


def _repair(model: type[Node], value: Json, error: ValidationError) -> set[str]:
    """Cut, set to null or remove what is invalid in a value, and return its fields."""
    problems = error.errors(include_url=False, include_input=False)
    for problem in problems:
        path = problem["loc"]
        is_missing = problem["type"] == "missing"  # the server does not know it
        if len(path) == 1 and path[0] in model.exact and not is_missing:
            raise UnexpectedAnswerError(f"{path[0]}")
        most = problem.get("ctx", {}).get("max_length")
        while path and not _repair_at(value, path, most):
            path, most = path[:-1], None
        if not path:
            raise UnexpectedAnswerError(_field(error))
    return {f"{problem['loc'][0]}" for problem in problems}


def _repair_at(value: Json, path: tuple[int | str, ...], most: int | None) -> bool:
    """Repair the value at a path; return False if it is null already, so that no repair helps."""
    container: Any = value
    for name in path[:-1]:
        container = container[name]
        if container is None:  # the repair of another problem
            return True
    name = path[-1]
    if isinstance(container, dict):
        if name in container and container[name] is None:
            return False
        container[name] = container[name][:most] if most else None
    else:
        container[name] = None  # the next round removes it
    return True


def _field(error: ValidationError) -> str:
    """Return the first invalid field, which is a name of ours."""
    location = error.errors(include_url=False, include_input=False, include_context=False)[0]["loc"]
    return f"{location[0]}" if location else "its form"
