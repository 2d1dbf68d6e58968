"""PHP itself says whether `_php` and `_url` read as it does.

Needs the command `php` (Debian: php-cli). Without it the tests are skipped, but not
where CI is set: there they fail, so that nobody forgets the oracle.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix_async.testing import _answers, _landing_gateway, _methods, _php, _url

if TYPE_CHECKING:
    from collections.abc import Iterator

# Bytes travel as hexadecimal: not every string of PHP is UTF-8.
SCRIPT = r"""
function show($v) {
    if (is_array($v)) {
        $rows = [];
        foreach ($v as $k => $x) {
            $rows[] = [is_int($k) ? $k : 'h' . bin2hex($k), show($x)];
        }
        return $rows;
    }
    return is_string($v) ? 'h' . bin2hex($v) : $v;
}
function takes_int(int $x) { return $x; }
function takes_string(string $x) { return $x; }
$flags = JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE
    | JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT;
$asks = [
    'parse_str' => function ($s) { @parse_str(hex2bin($s), $r); return show($r); },
    'parse_url' => function ($s) { return show(@parse_url(hex2bin($s))); },
    'intval' => fn ($s) => intval(hex2bin($s)),
    'cast' => fn ($v) => intval($v),
    'truth' => fn ($v) => (bool) $v,
    'text' => fn ($s) => bin2hex(json_encode(hex2bin($s), $flags)),
    'json' => fn ($s) => bin2hex(json_encode(json_decode($s, true), $flags)),
    'takes_int' => function ($v) {
        try { return @takes_int($v); } catch (TypeError $e) { return 'TypeError'; }
    },
    'takes_string' => fn ($v) => takes_string($v),
];
while (($line = fgets(STDIN)) !== false) {
    [$name, $values] = json_decode($line, true);
    echo json_encode(array_map($asks[$name], $values)), "\n";
    fflush(STDOUT);
}
"""


class Php:
    """One PHP process for all questions, asked by the list."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["php", "-d", "display_errors=0", "-d", "serialize_precision=-1",
             "-r", SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def ask(self, function: str, values: list[Any]) -> list[Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([function, values]) + "\n")
        self._process.stdin.flush()
        answer: list[Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def php() -> Iterator[Php]:
    if shutil.which("php") is None:
        reason = "needs the command php (Debian: apt-get install php-cli)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    process = Php()
    yield process
    process.close()


def hexed(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").hex()


def shown(value: Any) -> Any:
    if isinstance(value, dict):
        return [
            [key if isinstance(key, int) else f"h{hexed(key)}", shown(part)]
            for key, part in value.items()
        ]
    return f"h{hexed(value)}" if isinstance(value, str) else value


def made_of(*tokens: str) -> st.SearchStrategy[list[str]]:
    """Hundreds of texts at a time: a draw for each would take longer than PHP does."""

    def texts(seed: int) -> list[str]:
        random = Random(seed)
        return [
            "".join(random.choices(tokens, k=random.randrange(15))) for _ in range(300)
        ]

    return st.integers(0, 2**32).map(texts)


QUERIES = made_of(
    "a", "b", "1", "0", "-1", "01", "[", "]", "[]", "[a]", "[1]", "[-5][]", "[ ]",
    "[ a]", "[[", "=", "&", ".", " ", "+", "%", "%4", "%5B", "%5D", "%20", "%00",
    "%09", "%D0", "%B0", "%ff", "%26", "%3D", "\u0430", "\udcd0", "\t",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "__Host-", "_.Host-", "__Secure-",
)  # fmt: skip

URLS = made_of(
    "a", "m.n", "file", "c:", "/", "//", ":", "::", "http://", ":80", "80", "0", "000",
    "1", "65535", "65536", "99999", "?", "#", "@", "[", "]", "=", "&", "+", "-", " ",
    "\x01", "\x7f", "\n", "\t", "\u00e9", "\udcff",
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(queries=QUERIES)
def test_parse_str_reads_as_php(php: Php, queries: list[str]) -> None:
    """Names, brackets, integers, appending, bytes: as PHP's parse_str."""
    wanted = php.ask("parse_str", list(map(hexed, queries)))

    for query, expected in zip(queries, wanted, strict=True):
        assert expected == shown(_php.parse_str(query)), query


@settings(max_examples=30, deadline=None)
@given(urls=URLS)
def test_parse_url_reads_as_php(php: Php, urls: list[str]) -> None:
    """The path and the query of anything at all: as PHP's parse_url."""
    wanted = php.ask("parse_url", list(map(hexed, urls)))

    for url, expected in zip(urls, wanted, strict=True):
        found = _url.parse_url(url)
        if expected is False:
            assert found is None, url
            continue
        parts = dict(expected)
        assert found is not None, url
        for name, part in (("path", found.path), ("query", found.query)):
            key = f"h{hexed(name)}"
            assert parts.get(key) == (None if part is None else shown(part)), url


@pytest.mark.parametrize(
    "query",
    [
        "a" + "[x]" * 64 + "=1&b=2",
        "a=0&a" + "[x]" * 65 + "=1&b=2",
        "a[b]=1&a" + "[x]" * 65 + "=1&b=2",
        "a" + "[x]" * 64 + "[y=1",
        "&".join(f"a[]={n}" for n in range(1005)),
        "&&".join(f"a{n}" for n in range(1005)),
        "a[9223372036854775807]=1&a[]=2&a[][x]=3&b=1",
    ],
    ids=["64", "65", "65-drops", "64-open", "1005", "1005-empty", "largest"],
)
def test_limits_of_parse_str(php: Php, query: str) -> None:
    """1000 variables, 64 levels and the largest integer end where PHP ends them."""
    assert php.ask("parse_str", [hexed(query)]) == [shown(_php.parse_str(query))]


def test_intval(php: Php) -> None:
    """Text becomes the integer that PHP makes of it."""
    texts = [
        "12", "-12", " 12", "12abc", "1e3", "1.9", ".5", "abc", "", "1e1000", "1e20",
        "99999999999999999999", "0x1A", "+5", "\n7", "-", "--1", "1e", "5.", "007",
        "-99999999999999999999", "9.3e18", " 1 ", "-1", "50x",
    ]  # fmt: skip

    assert php.ask("intval", list(map(hexed, texts))) == list(map(_php.intval, texts))


def test_integers_of_json(php: Php) -> None:
    """Numbers, booleans and arrays become the integer that PHP makes of them."""
    values = [1.9, -1.9, 1e30, 9.3e18, -9.3e18, 5, True, None, [], [0]]

    assert php.ask("cast", values) == list(map(_php.intval, values))


def test_truth(php: Php) -> None:
    """Values of JSON are true where PHP says so: "false" is, "0" is not."""
    values = ["", "0", "00", "0.0", "false", "N", " ", 0, 1, 0.0, 0.5, None, [], [0]]

    assert php.ask("truth", values) == list(map(_php.truthy, values))


def test_typed_arguments(php: Php) -> None:
    """What a parameter declared int takes, and what it refuses."""
    values = [
        "12", " 12", "12 ", "12abc", "1.0", "1.5", "1e2", "", "abc", "0x1A", "-7",
        "99999999999999999999", "1e30", "Y", "0", True, False, 1.5, 7, 1e30,
    ]  # fmt: skip

    def takes_int(value: Any) -> Any:
        try:
            return _landing_gateway.php_int(value)
        except _methods.PortalError:
            return "TypeError"

    assert php.ask("takes_int", values) == list(map(takes_int, values))


def test_text_arguments(php: Php) -> None:
    """Scalars of JSON become the text that PHP makes of them."""
    values = ["x", 5, 1.5, 2.0, True, False]

    assert php.ask("takes_string", values) == list(
        map(_landing_gateway.php_str, values)
    )


TEXTS = made_of(
    "a", '"', "\\", "/", "<", ">", "&", "'", "\n", "\x01", "\x7f", "\u0430",
    "\u2028", "\u2029", "\U0001f600", "\udcd0", "\udcb0", "\udce2\udc82",
    "\udcf0\udc9f", "\udcc0\udcaf", "\udced\udca0\udc80", "\udcf4\udc90", "\udced",
    "\udcff",
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(texts=TEXTS)
def test_text_prints_as_php_prints_it(php: Php, texts: list[str]) -> None:
    """Escapes as the portal's flags make them; bytes that are no UTF-8 as U+FFFD."""
    wanted = php.ask("text", list(map(hexed, texts)))

    for text, expected in zip(texts, wanted, strict=True):
        assert bytes.fromhex(expected) == _answers.php_json(text), ascii(text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.sampled_from([0.5, 1.0, -2.0, 1e14, 0.1, 1e-3])
    | st.sampled_from(["", "a", "1", "a/b", "\u0430"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "0", "1", "2", "-1", "01"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(value=VALUES)
def test_arrays_print_as_php_prints_them(php: Php, value: Any) -> None:
    """Lists, maps, the empty array and floats of a result: byte for byte."""
    (expected,) = php.ask("json", [json.dumps(value)])

    assert bytes.fromhex(expected) == _answers.php_json(_php.arrays(value))
