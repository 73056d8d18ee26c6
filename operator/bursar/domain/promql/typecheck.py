"""The types of expressions, checked as Prometheus checks them."""

from typing import assert_never

from bursar.domain.promql.errors import PromqlError
from bursar.domain.promql.functions import FUNCTIONS, PARAMETERS, Function
from bursar.domain.promql.grammar import COMPARISONS, MAX_DEPTH, TOO_DEEP
from bursar.domain.promql.nodes import (
    Aggregation,
    Binary,
    Call,
    Node,
    NumberLiteral,
    Parenthesised,
    RangeSelector,
    StringLiteral,
    Subquery,
    Unary,
    ValueType,
    VectorSelector,
)
from bursar.domain.promql.tokens import SET_OPERATORS, shortened

_SCALAR, _VECTOR, _RANGE, _STRING = ValueType.SCALAR, ValueType.VECTOR, ValueType.RANGE, ValueType.STRING
_CURES = {
    (_RANGE, _VECTOR): "; add a range such as [5m]",
    (_VECTOR, _RANGE): "; take a function over it such as rate(...)",
    (_VECTOR, _SCALAR): "; make a vector of it by vector(...)",
    (_SCALAR, _VECTOR): "; make a scalar of it by scalar(...)",
}


class TypeChecker:
    """Checks the tree of one text; raises PromqlError where a type or a number of arguments is wrong."""

    def __init__(self, source: bytes) -> None:
        self._source = source

    def check(self, node: Node, depth: int = 1) -> ValueType:
        """Return the type of a sound node."""
        if depth > MAX_DEPTH:
            raise self._error(node, TOO_DEEP)
        match node:
            case NumberLiteral():
                found = _SCALAR
            case StringLiteral():
                found = _STRING
            case VectorSelector():
                found = _VECTOR
            case RangeSelector():
                found = _RANGE
            case Subquery():
                found = self._subquery(node, depth)
            case Call():
                found = self._call(node, depth)
            case Aggregation():
                found = self._aggregation(node, depth)
            case Binary():
                found = self._binary(node, depth)
            case Unary():
                found = self._unary(node, depth)
            case Parenthesised():
                found = self.check(node.expression, depth + 1)
            case never:
                assert_never(never)
        return found

    def _subquery(self, node: Subquery, depth: int) -> ValueType:
        self._expect(node.expression, _VECTOR, "a subquery", depth)
        return _RANGE

    def _call(self, node: Call, depth: int) -> ValueType:
        function = FUNCTIONS[node.function]
        most = function.at_most
        if len(node.arguments) < function.at_least or (most is not None and len(node.arguments) > most):
            message = f"{node.function} takes {_counted(function)}, not {len(node.arguments)}"
            raise self._error(node, message)
        for index, argument in enumerate(node.arguments):
            self._expect(argument, function.argument(index), node.function, depth)
        return function.returns

    def _aggregation(self, node: Aggregation, depth: int) -> ValueType:
        self._expect(node.expression, _VECTOR, node.operator, depth)
        if node.parameter is not None:
            self._expect(node.parameter, PARAMETERS[node.operator], f"the parameter of {node.operator}", depth)
        return _VECTOR

    def _unary(self, node: Unary, depth: int) -> ValueType:
        found = self.check(node.expression, depth + 1)
        if found not in (_SCALAR, _VECTOR):
            raise self._error(node, f'"{node.operator}" needs a scalar or an instant vector, not a {found}')
        return found

    def _binary(self, node: Binary, depth: int) -> ValueType:
        left, right = self.check(node.left, depth + 1), self.check(node.right, depth + 1)
        for operand, found in ((node.left, left), (node.right, right)):
            if found not in (_SCALAR, _VECTOR):
                raise self._error(operand, f'"{node.operator}" needs scalars or instant vectors, not a {found}')
        scalars = (left is _SCALAR) + (right is _SCALAR)
        self._check_bool(node, scalars)
        self._check_matching(node, scalars)
        return _SCALAR if scalars == 2 else _VECTOR

    def _check_bool(self, node: Binary, scalars: int) -> None:
        start = node.operator_span.start
        if node.returns_bool and node.operator not in COMPARISONS:
            raise PromqlError(self._source, start, f'bool is for comparisons, not for "{node.operator}"; remove it')
        if scalars == 2 and not node.returns_bool and node.operator in COMPARISONS:
            raise PromqlError(self._source, start, f"a comparison of scalars needs bool: {node.operator} bool")

    def _check_matching(self, node: Binary, scalars: int) -> None:
        matching, start = node.matching, node.operator_span.start
        if node.operator in SET_OPERATORS and scalars:
            raise PromqlError(self._source, start, f'"{node.operator}" needs instant vectors on both sides')
        if node.operator in SET_OPERATORS and matching.group:
            raise PromqlError(self._source, start, f'"{node.operator}" cannot have {matching.group}; remove it')
        if scalars and matching.labels:
            raise PromqlError(self._source, matching.span.start, "labels are matched only between instant vectors")
        twice = set(matching.labels) & set(matching.include) if matching.on else ()
        if twice:
            message = f"{shortened(min(twice))} is in on (...) already; remove it from {matching.group}"
            raise PromqlError(self._source, matching.span.start, message)

    def _expect(self, node: Node, wanted: ValueType, what: str, depth: int) -> None:
        found = self.check(node, depth + 1)
        if found is not wanted:
            cure = _CURES.get((wanted, found), "")
            raise self._error(node, f"{what} needs {_article(wanted)}, not {_article(found)}{cure}")

    def _error(self, node: Node, message: str) -> PromqlError:
        return PromqlError(self._source, node.span.start, message)


def _counted(function: Function) -> str:
    least, most = function.at_least, function.at_most
    number = f"{least}" if least == most else f"{least} or more" if most is None else f"{least} to {most}"
    return f"{number} argument{'' if least == most == 1 else 's'}"


def _article(found: ValueType) -> str:
    return f"an {found}" if found is _VECTOR else f"a {found}"
