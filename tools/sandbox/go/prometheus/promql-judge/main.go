// Command promql-judge says what Prometheus' own parser makes of expressions: one JSON object a line in, one out.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// question is an expression, and a matcher that is to be added to each of its selectors.
type question struct {
	Expression string `json:"expression"`
	Label      string `json:"label"`
	Value      string `json:"value"`
}

// verdict has an error or all the rest; Flagged says that feature flags would heal the error. Formatted and Confined
// are printed as `promtool promql format` does.
type verdict struct {
	Error     string `json:"error,omitempty"`
	Flagged   bool   `json:"flagged,omitempty"`
	Type      string `json:"type,omitempty"`
	Formatted string `json:"formatted,omitempty"`
	Confined  string `json:"confined,omitempty"`
	Tree      any    `json:"tree,omitempty"`
}

var (
	promql  = parser.NewParser(parser.Options{})
	flagged = parser.NewParser(parser.Options{
		EnableExperimentalFunctions:  true,
		ExperimentalDurationExpr:     true,
		EnableExtendedRangeSelectors: true,
		EnableBinopFillModifiers:     true,
	})
)

func main() {
	if err := judge(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(in io.Reader, out io.Writer) error {
	questions, answers := json.NewDecoder(in), bufio.NewWriter(out)
	encoder := json.NewEncoder(answers)
	encoder.SetEscapeHTML(false)
	for {
		var asked question
		if err := questions.Decode(&asked); errors.Is(err, io.EOF) {
			return answers.Flush()
		} else if err != nil {
			return err
		}
		if err := encoder.Encode(answer(asked)); err != nil {
			return err
		}
	}
}

func answer(asked question) verdict {
	expression, err := promql.ParseExpr(asked.Expression)
	if err != nil {
		_, withFlags := flagged.ParseExpr(asked.Expression)
		return verdict{Error: err.Error(), Flagged: withFlags == nil}
	}
	said := verdict{
		Type:      parser.DocumentedType(expression.Type()),
		Formatted: expression.Pretty(0),
		Tree:      tree(expression),
	}
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			matcher := labels.MustNewMatcher(labels.MatchEqual, asked.Label, asked.Value)
			selector.LabelMatchers = append(selector.LabelMatchers, matcher)
		}
		return nil
	})
	said.Confined = expression.Pretty(0)
	return said
}

// tree shows what binds to what, which the printed form does not.
func tree(node parser.Node) any {
	switch shown := node.(type) {
	case *parser.BinaryExpr:
		return []any{shown.Op.String(), tree(shown.LHS), tree(shown.RHS)}
	case *parser.AggregateExpr:
		parts := []any{shown.Op.String()}
		if shown.Param != nil {
			parts = append(parts, tree(shown.Param))
		}
		return append(parts, tree(shown.Expr))
	case *parser.Call:
		parts := []any{shown.Func.Name}
		for _, argument := range shown.Args {
			parts = append(parts, tree(argument))
		}
		return parts
	case *parser.UnaryExpr:
		return []any{"sign", tree(shown.Expr)}
	case *parser.ParenExpr:
		return []any{"parentheses", tree(shown.Expr)}
	case *parser.SubqueryExpr:
		return []any{"subquery", tree(shown.Expr)}
	case *parser.MatrixSelector:
		return "range"
	case *parser.VectorSelector:
		return "vector"
	case *parser.NumberLiteral:
		return "number"
	case *parser.StringLiteral:
		return "string"
	default:
		return fmt.Sprintf("%T", node)
	}
}
