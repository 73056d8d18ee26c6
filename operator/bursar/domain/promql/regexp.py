r"""Regular expressions as Prometheus reads them (Go's RE2), checked in linear time without running them.

Python's `re` accepts what RE2 refuses (look-ahead, back-references), refuses what it accepts (`\pL`, `\Q…\E`),
and one expression that Prometheus refuses makes it drop a whole rule file.
Source: https://github.com/google/re2/wiki/Syntax
"""

import re
from dataclasses import dataclass, field
from typing import Final

MAX_REPEAT: Final = 1000  # RE2's limit, also for the product of nested repetitions
MAX_SIZE: Final = 10_000  # atoms after unrolling; far below the size at which Go gives up
MAX_DEPTH: Final = 200

_REPEAT: Final = re.compile(r"\{(0|[1-9][0-9]*)(?:,(0|[1-9][0-9]*)?)?\}|[*+?]")
_GROUP: Final = re.compile(r"\?(?:P<(?P<name>[A-Za-z0-9_]+)>|(?P<flags>[imsU]*(?:-[imsU]+)?)(?P<end>[:)]))")
_CATEGORIES: Final = (
    "Any|C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?"  # general categories of Unicode
)
_ESCAPE: Final = re.compile(
    r"\\(?:(?P<assertion>[AzbB])|(?P<set>[dDsSwW]|[pP](?:[CLMNPSZ]|\{\^?(?:" + _CATEGORIES + r")\}))"
    r"|x(?:(?P<hex>[0-9a-fA-F]{2})|\{(?P<code>[0-9a-fA-F]{1,8})\})|(?P<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})"
    r"|(?P<control>[aftnrv])|(?P<literal>[!-/:-@\[-`{-~ \x00-\x1f\x7f]))"
)
_POSIX: Final = re.compile(
    r"\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]"
)
_CONTROL: Final = dict(zip("aftnrv", "\a\f\t\n\r\v", strict=True))


class RegexpError(ValueError):
    """An expression that Prometheus would refuse."""


@dataclass(slots=True)
class _Atom:
    """What a repetition applies to."""

    nullable: bool
    size: int = 1
    repeat: int = 1  # the largest product of repetitions inside
    repeated: bool = False


@dataclass(slots=True)
class _Group:
    """An open parenthesis: the finished branches, and the branch that is being read."""

    any_nullable: bool = False
    nullable: bool = True
    size: int = 0
    repeat: int = 1
    last: _Atom | None = None

    def push(self, atom: _Atom) -> None:
        self.settle()
        self.last = atom

    def settle(self) -> None:
        if self.last is not None:
            self.nullable &= self.last.nullable
            self.size += self.last.size
            self.repeat = max(self.repeat, self.last.repeat)
        self.last = None

    def end_branch(self) -> None:
        self.settle()
        self.any_nullable |= self.nullable
        self.nullable = True


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    groups: list[_Group] = field(default_factory=lambda: [_Group()])
    names: set[str] = field(default_factory=set)
    last_class_end: int = field(init=False)

    def __post_init__(self) -> None:
        self.last_class_end = self.text.rfind(":]")

    def read(self) -> bool:
        """Return whether the whole expression matches the empty string."""
        while self.at < len(self.text):
            self.step()
        if len(self.groups) > 1:
            raise self.error("a ( is not closed; add )")
        return self.close().nullable

    def step(self) -> None:
        repeat = _REPEAT.match(self.text, self.at)
        if repeat is not None:
            self.repeat(repeat)
            return
        match self.text[self.at]:
            case "(":
                self.open()
            case ")":
                if len(self.groups) == 1:
                    raise self.error("this ) closes nothing; remove it or write \\)")
                atom = self.close()
                self.groups.pop()
                self.groups[-1].push(atom)
                self.at += 1
            case "|":
                self.groups[-1].end_branch()
                self.at += 1
            case "[":
                self.character_class()
            case "\\":
                self.escaped()
            case char:
                self.groups[-1].push(_Atom(nullable=char in "^$"))
                self.at += 1

    def repeat(self, found: re.Match[str]) -> None:
        atom = self.groups[-1].last
        if atom is None:
            raise self.error(f"nothing stands before {found.group()} to be repeated; write \\{found.group()}")
        if atom.repeated:
            raise self.error(f"{found.group()} repeats a repetition; put parentheses around the inner one")
        least, most = _bounds(found)
        if max(least, most) > MAX_REPEAT or most < least:
            raise self.error(f"{found.group()} is no valid count; at most {MAX_REPEAT}, smaller number first")
        atom.nullable |= least == 0
        atom.repeated = True
        atom.repeat *= max(1, most)
        atom.size *= max(1, most)
        if atom.repeat > MAX_REPEAT or atom.size > MAX_SIZE:
            raise self.error("the repetitions multiply to too large an expression; use smaller counts")
        self.at = found.end() + self.text.startswith("?", found.end())

    def open(self) -> None:
        if len(self.groups) > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} nested parentheses; flatten the expression")
        self.at += 1
        if not self.text.startswith("?", self.at):
            self.groups.append(_Group())
            return
        group = _GROUP.match(self.text, self.at)
        if group is None:
            raise self.error("RE2 has no look-around or such groups; use (…) or (?:…)")
        if group["name"] in self.names:
            raise self.error(f"the group name {group['name']} is used twice; rename one")
        if group["name"]:
            self.names.add(group["name"])
        if group["end"] != ")":
            self.groups.append(_Group())
        else:
            self.groups[-1].settle()
        self.at = group.end()

    def close(self) -> _Atom:
        group = self.groups[-1]
        group.end_branch()
        return _Atom(nullable=group.any_nullable, size=max(1, group.size), repeat=group.repeat)

    def escaped(self) -> None:
        if self.text.startswith("\\Q", self.at):
            end = self.text.find("\\E", self.at)
            if end < 0:
                raise self.error("this \\Q is not ended, which Prometheus 2 refuses; add \\E")
            for _ in range(self.at + 2, end):
                self.groups[-1].push(_Atom(nullable=False))
            self.at = end + 2
            return
        found = self.escape()
        self.groups[-1].push(_Atom(nullable=(found["assertion"] or "b") != "b"))

    def escape(self) -> re.Match[str]:
        found = _ESCAPE.match(self.text, self.at)
        if found is None or (found["code"] and int(found["code"], 16) > 0x10FFFF):
            shown = self.text[self.at : self.at + 2]
            raise self.error(f"RE2 does not know the escape {shown}; write \\\\ for a backslash")
        self.at = found.end()
        return found

    def character_class(self) -> None:
        start = self.at
        self.at += 2 if self.text.startswith("[^", start) else 1
        first = True
        while first or not self.text.startswith("]", self.at):
            first = False
            if self.at >= len(self.text):
                self.at = start
                raise self.error("this [ is not closed; add ] or write \\[")
            posix = _POSIX.match(self.text, self.at)
            if posix is not None:
                self.at = posix.end()
            else:
                self.class_range()
        self.at += 1
        self.groups[-1].push(_Atom(nullable=False))

    def class_range(self) -> None:
        start = self.at
        low = self.class_character()
        if low is None or not self.text.startswith("-", self.at) or self.text.startswith("-]", self.at):
            return
        self.at += 1
        high = self.class_character()
        if high is None or high < low:
            self.at = start
            raise self.error("this range of characters runs backwards or ends in a set; write it as a-z")

    def class_character(self) -> str | None:
        """Read one member of a class; None for a set such as digits, which begins no range."""
        if self.at >= len(self.text):
            raise self.error("a [ is not closed; add ]")
        if self.text.startswith("[:", self.at) and self.at < self.last_class_end:
            raise self.error("RE2 does not know this [:class:]; use one such as [:alpha:] or [:digit:]")
        if self.text[self.at] != "\\":
            self.at += 1
            return self.text[self.at - 1]
        found = self.escape()
        if found["assertion"]:
            raise self.error(f"{found.group()} cannot stand in a [class]; remove it")
        return None if found["set"] else _character(found)

    def error(self, message: str) -> RegexpError:
        return RegexpError(f"{message} (character {self.at + 1})")


def _bounds(found: re.Match[str]) -> tuple[int, int]:
    """Return the least and the most repetitions; an open end counts as the least."""
    match found.group():
        case "*" | "?":
            return 0, 0
        case "+":
            return 1, 1
    least = int(found.group(1))
    return least, int(found.group(2)) if found.group(2) else least


def _character(found: re.Match[str]) -> str:
    if found["octal"]:
        return chr(int(found["octal"], 8))
    if found["hex"] or found["code"]:
        return chr(int(found["hex"] or found["code"], 16))
    return _CONTROL[found["control"]] if found["control"] else found["literal"]


def matches_empty(expression: str) -> bool:
    """Whether the anchored expression matches the empty string; RegexpError when Prometheus refuses it."""
    return _Reader(expression).read()
