"""The converter: a table of what is read and what is refused, and what always holds."""

import pickle
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from dataclasses import field as part
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Never,
    NotRequired,
    TypedDict,
    Union,
)

import attrs
import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix_async._call import Call
from bitrix_async._convert import READERS, check_returns, decode
from bitrix_async.errors import DecodeError

NINE = datetime(2026, 1, 31, 9, tzinfo=timezone(timedelta(hours=3)))


@frozen(kw_only=True)
class Tag:
    id: int = field(metadata={"wire": "ID"})
    note: str | None = field(default=None, metadata={"wire": "NOTE"})


@frozen(kw_only=True)
class Row:
    id: int = field(metadata={"wire": "ID"})
    title: str | None = field(default=None, metadata={"wire": "TITLE"})
    active: bool | None = field(default=None, metadata={"wire": "ACTIVE"})
    parent: int | None = field(default=None, metadata={"wire": "PARENT_ID"})
    price: float | None = None
    tags: list[Tag] = field(factory=list, metadata={"wire": "tagList"})
    options: dict[str, bool] = field(factory=dict)
    child: "Row | None" = None
    extra: Mapping[str, Any] = field(factory=dict)


@dataclass
class Deal:
    ID: int
    SUM: Decimal | None = None


@dataclass(frozen=True)
class Site:
    id: int = part(metadata={"wire": "SITE_ID"})
    active: bool = part(default=False, metadata={"wire": "ACTIVE"})
    extra: Mapping[str, Any] = part(default_factory=dict)


@dataclass
class Blank:
    name: str = "unnamed"
    names: list[str] = part(default_factory=list)


@frozen
class Bare:
    name: str = "unnamed"


@frozen
class Even:
    number: int = field(validator=lambda _, __, n: _even(n))


def _even(number: int) -> None:
    if number % 2:
        raise LookupError("a long text that may quote the answer")


# The parameters of what cattrs makes a reader with, and its names inside of that.
@frozen(kw_only=True)
class Awkward:
    attrs: int
    cl: int = field(metadata={"wire": "Cl"})
    converter: int = field(metadata={"wire": "attrs-2"})
    typevar_map: int = field(default=0, metadata={"wire": "cl"})
    _cattrs_use_alias: int = 0
    o: int = 0
    res: int = 0
    errors: int = field(default=0, metadata={"wire": "o"})
    extra: Mapping[str, Any] = field(factory=dict)


class Point(TypedDict):
    x: int
    label: NotRequired[str | None]


class Stage(StrEnum):
    NEW = "NEW"
    WON = "WON"


class Level(IntEnum):
    LOW = 1


class Mixed(Enum):
    NONE = ""
    ONE = 1
    TEXT = "1"


class Pair(NamedTuple):
    id: int
    name: str


class Text(str):
    __slots__ = ()


class Number(int): ...


class Rows(list[int]): ...


@frozen
class Lists:
    tags: tuple[str, ...]
    ids: set[int] = field(factory=set)
    stage: Stage | None = None


READ: list[tuple[Any, Any, Any]] = [
    (Any, {"a": [1.5, None]}, {"a": [1.5, None]}),
    (Point | None, [], None),
    (Even | None, [], None),
    (Bare | None, [], Bare()),
    (dict[str, int] | None, [], {}),
    (list[Never] | Point, [], []),
    (list[Never] | Point, {"x": 1}, {"x": 1}),
    (object, "x", "x"),
    (list[object], [1, "x", None], [1, "x", None]),
    (object | None, "", ""),
    (bool, True, True),
    (bool, False, False),
    (bool, "Y", True),
    (bool, "N", False),
    (bool, 1, True),
    (bool, 0, False),
    (bool, "1", True),
    (bool, "0", False),
    (int, 351, 351),
    (int, "351", 351),
    (int, "-7", -7),
    (int, "0012", 12),
    (int, 2**70, 2**70),
    (float, 1.5, 1.5),
    (float, 2, 2.0),
    (float, "12.50", 12.5),
    (float, "-1e3", -1000.0),
    (str, "x", "x"),
    (str, "", ""),
    (str, 12, "12"),
    (Decimal, "12.50", Decimal("12.50")),
    (Decimal, "-1e3", Decimal("-1e3")),
    (Decimal, 12, Decimal(12)),
    (Decimal, 0.1, Decimal("0.1")),
    (Decimal | None, "", None),
    (Decimal | str, 0.5, Decimal("0.5")),
    (Decimal | str, "12.50|EUR", "12.50|EUR"),
    (datetime, "2026-01-31T09:00:00+03:00", NINE),
    (datetime, "2026-01-31T06:00:00.000Z", NINE.astimezone(UTC)),
    (datetime | None, "", None),
    (datetime | str, "2026-01-31T09:00:00+03:00", NINE),
    (datetime | str, "31.01.2026 09:00:00", "31.01.2026 09:00:00"),
    (list[datetime], ["2026-01-31T09:00:00+03:00"], [NINE]),
    (date, "2026-01-31", date(2026, 1, 31)),
    (date | None, "", None),
    (None, None, None),
    (bool | None, None, None),
    (bool | None, "", None),
    (bool | None, "N", False),
    (int | None, None, None),
    (int | None, "", None),
    (int | None, "5", 5),
    (str | None, "", ""),
    (str | None, None, None),
    (str | None, 5, "5"),
    (Tag | None, "", None),
    (list[int] | None, "", None),
    (Literal["", "a"] | None, "", ""),
    (Literal["a"] | None, "", None),
    (int | str, "5", "5"),
    (str | int, 5, 5),
    (int | bool, True, True),
    (bool | int, "1", 1),
    (bool | int, "Y", True),
    (int | float, "5", 5),
    (int | float, "5.5", 5.5),
    (int | Literal["all"], "5", 5),
    (int | Literal["all"], "all", "all"),
    (int | None | str, None, None),
    (int | Tag, 7, 7),
    (int | Tag, "7", 7),
    (int | Tag, {"ID": "7"}, Tag(id=7)),
    (Tag | Literal[False], False, False),
    (Tag | list[Tag], [{"ID": 1}], [Tag(id=1)]),
    (Union[int, None], "", None),  # noqa: UP007  # the older spelling is read as well
    (list[int], [1, "2"], [1, 2]),
    (list[int], [], []),
    (list[int], {"0": 1, "2": "2"}, [1, 2]),
    (list[Any], [1, "x"], [1, "x"]),
    (list, [1, "x"], [1, "x"]),
    (Sequence[str], ["a"], ["a"]),
    (list[list[int]], [["1"], {"3": 1}], [[1], [1]]),
    (tuple[int, ...], {"0": "17", "2": "18"}, (17, 18)),
    (tuple, ["1"], ("1",)),
    (tuple[()], [], ()),
    (tuple[int, str], ["1", 2], (1, "2")),
    (tuple[int, str] | bool, ["1", 2], (1, "2")),
    (tuple[int, ...] | Tag, ["1"], (1,)),
    (Pair, ["1", "x"], Pair(1, "x")),
    (set[int], {"0": "17", "2": "18"}, {17, 18}),
    (frozenset[int], {"5": "17"}, frozenset({17})),
    (AbstractSet[int], ["17"], frozenset({17})),
    (deque[int], {"1": "17"}, deque([17])),
    (MutableSequence[int], {"1": "17"}, [17]),
    (
        Lists,
        {"tags": {"0": "red", "2": "blue"}, "ids": {"5": "18"}, "stage": "WON"},
        Lists(("red", "blue"), {18}, Stage.WON),
    ),
    (MutableMapping[str, int], [], {}),
    (OrderedDict[str, int], [], OrderedDict()),
    (OrderedDict[str, int], {"a": "1"}, OrderedDict(a=1)),
    (defaultdict[str, int], [], defaultdict(int)),
    (defaultdict[str, int], ["5"], defaultdict(int, {"0": 5})),
    (Stage, "WON", Stage.WON),
    (Stage | None, "", None),
    (Stage | str, "WON", Stage.WON),
    (Stage | str, "LOST", "LOST"),
    (list[Stage], ["NEW"], [Stage.NEW]),
    (dict[Stage, int], {"NEW": 1}, {Stage.NEW: 1}),
    (Level, 1, Level.LOW),
    (Level, "1", Level.LOW),
    (Level | bool, 1, Level.LOW),
    (Mixed, 1, Mixed.ONE),
    (Mixed, "1", Mixed.TEXT),
    (Mixed | None, "", Mixed.NONE),
    (Mixed | None, None, None),
    (dict[str, int], {"a": "1"}, {"a": 1}),
    (dict[str, int], [], {}),
    (dict[str, int], ["5", 6], {"0": 5, "1": 6}),
    (dict[int, str], {"12": "a"}, {12: "a"}),
    (dict[str, Any], {"a": None}, {"a": None}),
    (Mapping[str, bool], {"a": "Y"}, {"a": True}),
    (dict, {"a": 1}, {"a": 1}),
    (dict[str, Tag], {"a": {"ID": 1}}, {"a": Tag(id=1)}),
    (Tag, {"ID": "1", "UNKNOWN": 1}, Tag(id=1)),
    (Deal, {"ID": "1", "UNKNOWN": 1}, Deal(1)),
    (Deal, {"ID": 1, "SUM": "12.50"}, Deal(1, Decimal("12.50"))),
    (list[Deal | None], [None, "", {"ID": 1, "SUM": ""}], [None, None, Deal(1)]),
    (Deal | None, [], None),
    (list[Deal | None], [[], {"ID": 1}], [None, Deal(1)]),
    (Blank | None, [], Blank()),
    (Blank, [], Blank()),
    (Site, {"SITE_ID": "7", "ACTIVE": "Y"}, Site(7, active=True)),
    (Site, {"SITE_ID": 7, "id": 1}, Site(7, extra={"id": 1})),
    (Site | None, [], None),
    (Site | Literal[False], False, False),
    (Bare, {}, Bare()),
    (Bare, [], Bare()),
    (Row, {"ID": 1}, Row(id=1)),
    (Row, {"ID": 1, "SYS": "N"}, Row(id=1, extra={"SYS": "N"})),
    (Row, {"ID": 1, "extra": "x"}, Row(id=1, extra={"extra": "x"})),
    (Row, {"ID": 1, "title": "x"}, Row(id=1, extra={"title": "x"})),
    (
        Awkward,
        {"attrs": 1, "Cl": "2", "attrs-2": 3, "cl": 4, "res": 5, "o": 6, "x": 7},
        Awkward(
            attrs=1, cl=2, converter=3, typevar_map=4, res=5, errors=6, extra={"x": 7}
        ),
    ),
    (Row, {"ID": 1, "options": []}, Row(id=1)),
    (Row, {"ID": 1, "tagList": {"3": {"ID": 2}}}, Row(id=1, tags=[Tag(id=2)])),
    (Row, {"ID": 1, "child": {"ID": "2"}}, Row(id=1, child=Row(id=2))),
    (Row, {"ID": 1, "child": ""}, Row(id=1)),
    (Point, {"x": "1"}, {"x": 1}),
    (Point, {"x": 1, "label": None, "z": 2}, {"x": 1, "label": None, "z": 2}),
    (Literal["Y", "N"], "Y", "Y"),
    (Literal[1, True], True, True),
    (Even, {"number": 2}, Even(2)),
]


@pytest.mark.parametrize(("returns", "value", "expected"), READ)
def test_what_is_read(returns: Any, value: Any, expected: Any) -> None:
    """What the portal is known to vary becomes the declared type, exactly."""
    actual = decode(value, returns)

    assert expected == actual
    assert type(expected) is type(actual)


LONG = "https://example.bitrix24.com/rest/download?token=secret"

REFUSED: list[tuple[Any, Any, str]] = [
    (list[Never], [1], "expected nothing, got number 1 @ result[0]"),
    (bool, "y", "expected bool, got text 'y' @ result"),
    (bool, "true", "expected bool, got text 'true' @ result"),
    (bool, "", "expected bool, got text '' @ result"),
    (bool, 2, "expected bool, got number 2 @ result"),
    (bool, 1.0, "expected bool, got number 1.0 @ result"),
    (bool, None, "expected bool, got null @ result"),
    (bool, [], "expected bool, got a list @ result"),
    (int, "abc", "expected int, got text 'abc' @ result"),
    (int, "", "expected int, got text '' @ result"),
    (int, 1.5, "expected int, got number 1.5 @ result"),
    (int, 1.0, "expected int, got number 1.0 @ result"),
    (int, 1e22, "expected int, got number 1e+22 @ result"),
    (int, "1.0", "expected int, got text '1.0' @ result"),
    (int, " 1", "expected int, got text ' 1' @ result"),
    (int, "1_0", "expected int, got text '1_0' @ result"),
    (int, "+1", "expected int, got text '+1' @ result"),
    (int, "\u0661", "expected int, got text '\u0661' @ result"),
    (int, True, "expected int, got true @ result"),
    (int, None, "expected int, got null @ result"),
    (int | None, False, "expected int, got false @ result"),
    (int, LONG, f"expected int, got text of {len(LONG)} characters @ result"),
    (float, "nan", "expected float, got text 'nan' @ result"),
    (float, "1e999", "expected float, got text '1e999' @ result"),
    (float, "1.", "expected float, got text '1.' @ result"),
    (float, True, "expected float, got true @ result"),
    (str, 1.5, "expected str, got number 1.5 @ result"),
    (str, True, "expected str, got true @ result"),
    (str, None, "expected str, got null @ result"),
    (str, {}, "expected str, got an object @ result"),
    (Decimal, "", "expected Decimal, got text '' @ result"),
    (Decimal, "NaN", "expected Decimal, got text 'NaN' @ result"),
    (Decimal, float("inf"), "expected Decimal, got number inf @ result"),
    (Decimal, True, "expected Decimal, got true @ result"),
    (datetime, "31.01.2026", "expected datetime, got text '31.01.2026' @ result"),
    (datetime, "2026-01-31", "expected datetime, got text '2026-01-31' @ result"),
    (datetime, "2026-01-31T09:00:00", "got text of 19 characters @ result"),
    (datetime, "2026-02-31T09:00:00+03:00", "got text of 25 characters @ result"),
    (datetime, 1769839200, "expected datetime, got number 1769839200 @ result"),
    (date, "2026-02-31", "expected date, got text '2026-02-31' @ result"),
    (date, "2026-01-31T00:00:00+03:00", "got text of 25 characters @ result"),
    (date, "", "expected date, got text '' @ result"),
    (None, "", "expected null, got text '' @ result"),
    (int | Tag, "x", "expected int | Tag, got text 'x' @ result"),
    (int | Tag, {"ID": "x"}, "expected int, got text 'x' @ result.ID"),
    (Tag, False, "expected Tag, got false @ result"),
    (Tag | Literal[False], True, "expected Tag | Literal[False], got true @ result"),
    (Tag, [1], "expected Tag, got a list @ result"),
    (Tag, [], "a required field is missing @ result.ID"),
    (Tag, {"id": 1}, "a required field is missing @ result.ID"),
    (Deal, [], "a required field is missing @ result.ID"),
    (Deal, [1], "expected Deal, got a list @ result"),
    (Deal, False, "expected Deal, got false @ result"),
    (Deal | None, False, "expected Deal, got false @ result"),
    (Site, {"id": 7}, "a required field is missing @ result.SITE_ID"),
    (list[Site], [{"SITE_ID": "x"}], "got text 'x' @ result[0].SITE_ID"),
    (Deal, {"SUM": 1}, "a required field is missing @ result.ID"),
    (Deal, {"ID": 1, "SUM": "x"}, "expected Decimal, got text 'x' @ result.SUM"),
    (list[Deal], [{"ID": "x"}], "expected int, got text 'x' @ result[0].ID"),
    (Awkward, {"attrs": 1, "attrs-2": "x"}, "a required field is missing @ result.Cl"),
    (
        Awkward,
        {"attrs": 1, "Cl": 2, "attrs-2": "x"},
        "expected int, got text 'x' @ result.attrs-2",
    ),
    (list[int], "12", "expected list[int], got text '12' @ result"),
    (list[int], {"a": 1}, "expected list[int], got an object @ result"),
    (list[int], [1, "x"], "expected int, got text 'x' @ result[1]"),
    (dict[str, int], "x", "expected dict[str, int], got text 'x' @ result"),
    (dict[str, int], {"a b": None}, "expected int, got null @ result['a b']"),
    (dict[str, list[Tag]], {"a": [{}]}, "a required field is missing @ result.a[0].ID"),
    (Row, {"ID": 1, "tagList": [{"ID": 1}, {"ID": "?"}]}, "@ result.tagList[1].ID"),
    (Row, {"ID": 1, "child": {"ID": 2, "price": "x"}}, "@ result.child.price"),
    (Point, {}, "a required field is missing @ result.x"),
    (Point, {"x": "?"}, "expected int, got text '?' @ result.x"),
    (Point, [1], "expected Point, got a list @ result"),
    (Literal["Y", "N"], "y", "expected 'Y' or 'N', got text 'y' @ result"),
    (Literal[1], True, "expected 1, got true @ result"),
    (Even, {"number": 3}, "the model raised LookupError @ result"),
    (tuple[str, ...], "abc", "expected tuple[str, ...], got text 'abc' @ result"),
    (set[str], "abc", "expected set[str], got text 'abc' @ result"),
    (deque[int], {"a": 1}, "expected deque[int], got an object @ result"),
    (tuple[int, ...], ["1", "x"], "expected int, got text 'x' @ result[1]"),
    (tuple[int, str], ["1"], "expected tuple[int, str], got a list @ result"),
    (tuple[int, str], {"0": 1, "2": "x"}, "got an object @ result"),
    (Pair, "ab", "expected Pair, got text 'ab' @ result"),
    (Lists, {"tags": "abc"}, "expected tuple[str, ...], got text 'abc' @ result.tags"),
    (Stage, "LOST", "expected Stage, got text 'LOST' @ result"),
    (Stage | None, "LOST", "expected Stage, got text 'LOST' @ result"),
    (list[Stage], ["LOST"], "expected Stage, got text 'LOST' @ result[0]"),
    (Level, 2, "expected Level, got number 2 @ result"),
    (Level, True, "expected Level, got true @ result"),
    (Mixed, True, "expected Mixed, got true @ result"),
    (Mixed, [], "expected Mixed, got a list @ result"),
    (complex, 1, "no rule reads complex @ result"),
    (Annotated[int, []], 1, "TypeError @ result"),
]


@pytest.mark.parametrize(("returns", "value", "message"), REFUSED)
def test_what_is_refused(returns: Any, value: Any, message: str) -> None:
    """Anything else is an error that says what was wrong and where."""
    with pytest.raises(DecodeError) as caught:
        decode(value, returns)

    assert str(caught.value).endswith(message)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "returns",
    [Text, Number, Rows, Text | None, list[Number], bytes, Path, Counter[str]],
)
def test_what_is_made_of_another_type_is_not_read_as_that(returns: Any) -> None:
    """It would be no value of its own type; it is found before the call is sent."""
    with pytest.raises(TypeError, match="no rule reads"):
        check_returns(Call("m", {}, returns))


def test_an_error_names_its_call() -> None:
    """It is of the call, and travels between processes like any other."""
    call = Call("landing.landing.publication", {"lid": 351}, bool)

    with pytest.raises(DecodeError) as caught:
        decode("?", bool, call=call)

    assert caught.value.call is call
    assert str(caught.value) == (
        "landing.landing.publication: expected bool, got text '?' @ result"
    )
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value


def test_an_error_that_does_not_come_again_is_told_all_the_same() -> None:
    """The slow second look finds the place, but is not needed to fail."""
    looks = iter([ValueError(), None])

    @frozen
    class Once:
        number: int = field()

        @number.validator
        def _check(self, _: Any, __: int) -> None:
            if error := next(looks):
                raise error

    with pytest.raises(DecodeError, match="the model raised ValueError @ result"):
        decode({"number": 1}, Once)


def test_any_is_the_value_itself() -> None:
    """Nothing is copied or looked at where nothing is declared."""
    value = {"items": [1, 2]}

    assert decode(value, Any) is value


def test_types_that_are_written_out_anew() -> None:
    """Each is another object; no more of them is kept than of a program's own."""
    for number in range(2_000):
        assert decode(f"{number}", int | None) == number
        assert decode([], dict[str, int]) == {}

    assert len(READERS) <= 512


def test_each_decoding_is_a_copy_of_its_own() -> None:
    """Two callers of one answer do not share what they can change."""
    answer = {"ID": 1, "options": {"a": "Y"}, "SYS": "N"}

    one, other = decode(answer, Row), decode(answer, Row)

    assert one == other
    assert one.options is not other.options
    assert one.extra is not other.extra
    assert answer == {"ID": 1, "options": {"a": "Y"}, "SYS": "N"}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(2**63), 2**63 - 1)
tags = st.builds(Tag, id=numbers, note=st.none() | texts)
rows: st.SearchStrategy[Row] = st.deferred(
    lambda: st.builds(
        Row,
        id=numbers,
        title=st.none() | texts,
        active=st.none() | st.booleans(),
        parent=st.none() | numbers,
        price=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        tags=st.lists(tags, max_size=3),
        options=st.dictionaries(texts, st.booleans(), max_size=3),
        child=st.none() | rows,
        extra=st.dictionaries(st.sampled_from(["SYS", "extra", "id"]), texts),
    )
)


def printed(value: Any, draw: Any) -> Any:
    """The value as PHP may print it, one habit or another for each part of it."""

    def one(*ways: Any) -> Any:
        return draw(st.sampled_from(ways))

    match value:
        case bool():
            return one(value, "Y" if value else "N", int(value), str(int(value)))
        case None:
            return None
        case int():
            return one(value, str(value))
        case float():
            return one(value, repr(value))
        case list():
            parts = [printed(part, draw) for part in value]
            return one(parts, {str(2 * at + 1): part for at, part in enumerate(parts)})
        case dict():
            return {k: printed(part, draw) for k, part in value.items()} or one({}, [])
        case Tag() | Row():
            return fields(value, draw)
    return value


def fields(model: Tag | Row, draw: Any) -> dict[str, Any]:
    wire = {
        attribute.metadata.get("wire", attribute.name): getattr(model, attribute.name)
        for attribute in attrs.fields(type(model))
        if attribute.name != "extra"
    }
    known = {
        name: printed(value, draw)
        for name, value in wire.items()
        if value is not None or draw(st.booleans())
    }
    return known | dict(getattr(model, "extra", {}))


@settings(deadline=None)
@given(st.lists(rows, max_size=3), st.data())
def test_whatever_way_it_is_printed_the_same_comes_back(
    expected: list[Row], data: st.DataObject
) -> None:
    """The portal's habits lose nothing: reading undoes any mix of them."""
    answer = printed(expected, data.draw)

    assert expected == decode(answer, list[Row])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["ID", "0", "x", "child"]), inner)
    ),
    max_leaves=8,
)
declared = st.sampled_from([case[0] for case in READ])


def _refusal(answer: Any, returns: Any) -> str | None:
    try:
        decode(answer, returns)
    except DecodeError as error:
        return error.message
    return None


@settings(deadline=None)
@given(json_values, declared)
def test_any_answer_is_read_or_refused(answer: Any, returns: Any) -> None:
    """No answer makes anything but a value or a DecodeError with a path."""
    assert " @ result" in (_refusal(answer, returns) or " @ result")


@settings(deadline=None)
@given(json_values, declared)
def test_what_was_read_is_read_again_as_itself(answer: Any, returns: Any) -> None:
    """Reading is stable: text once taken for a number is a number from then on."""
    try:
        once = decode(answer, returns)
    except DecodeError:
        return
    made = Tag | Row | Bare | Even | Deal | Site | Blank | Decimal | date | Lists
    made |= tuple | set | frozenset | deque | OrderedDict | defaultdict | Enum
    if not _holds(once, made):
        assert decode(once, returns) == once or _holds(once, float)


def _holds(value: Any, kind: Any) -> bool:
    if isinstance(value, list | dict) and not isinstance(value, kind):
        parts = value.values() if isinstance(value, dict) else value
        return any(_holds(part, kind) for part in parts)
    return isinstance(value, kind)
