package dev.tenon.models.chat.jinja;

import dev.tenon.models.chat.jinja.Expression.Operator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Python's operators on values. */
final class Arithmetic {
    private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(53);

    private Arithmetic() {}

    static Value apply(Operator operator, Value left, Value right, Budget budget) {
        if (operator == Operator.MODULO && left instanceof Value.Str text) {
            return new Value.Str(PercentFormat.format(text.text(), right, budget), text.markup());
        }
        if (left instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        if (right instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        BigInteger a = Values.asInteger(left);
        BigInteger b = Values.asInteger(right);
        if (a != null && b != null) {
            return integers(operator, a, b, budget);
        }
        Double x = Values.asReal(left);
        Double y = Values.asReal(right);
        if (x != null && y != null) {
            return new Value.Real(reals(operator, x, y));
        }
        return switch (operator) {
            case ADD -> concatenate(left, right, budget);
            case MULTIPLY -> multiply(left, right, budget);
            case SUBTRACT, DIVIDE, FLOOR_DIVIDE, MODULO, POWER -> throw unsupported(operator, left, right);
        };
    }

    private static Value integers(Operator operator, BigInteger a, BigInteger b, Budget budget) {
        return switch (operator) {
            case ADD -> new Value.Int(budget.number(a.add(b)));
            case SUBTRACT -> new Value.Int(budget.number(a.subtract(b)));
            case MULTIPLY -> {
                budget.bits((long) a.bitLength() + b.bitLength());
                yield new Value.Int(a.multiply(b));
            }
            case DIVIDE -> new Value.Real(quotient(a, b));
            case FLOOR_DIVIDE -> new Value.Int(floorDivide(a, b, "integer division or modulo by zero"));
            case MODULO ->
                new Value.Int(
                        a.subtract(floorDivide(a, b, "integer modulo by zero").multiply(b)));
            case POWER -> power(a, b, budget);
        };
    }

    private static double quotient(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw zeroDivision("division by zero");
        }
        if (a.abs().compareTo(EXACT) <= 0 && b.abs().compareTo(EXACT) <= 0) {
            return a.doubleValue() / b.doubleValue();
        }
        return new BigDecimal(a)
                .divide(new BigDecimal(b), MathContext.DECIMAL128)
                .doubleValue();
    }

    private static BigInteger floorDivide(BigInteger a, BigInteger b, String problem) {
        if (b.signum() == 0) {
            throw zeroDivision(problem);
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean below = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static Value power(BigInteger a, BigInteger b, Budget budget) {
        if (b.signum() < 0) {
            if (a.signum() == 0) {
                throw zeroDivision("0.0 cannot be raised to a negative power");
            }
            return new Value.Real(Math.pow(a.doubleValue(), b.doubleValue()));
        }
        if (a.abs().bitLength() <= 1) {
            boolean even = !b.testBit(0);
            boolean one = b.signum() == 0 || (a.signum() != 0 && (even || a.signum() > 0));
            return one ? Value.of(1) : new Value.Int(a);
        }
        budget.bits(b.bitLength() > 31 ? Long.MAX_VALUE : (long) (a.bitLength() - 1) * b.intValue());
        return new Value.Int(a.pow(b.intValue()));
    }

    private static double reals(Operator operator, double x, double y) {
        return switch (operator) {
            case ADD -> x + y;
            case SUBTRACT -> x - y;
            case MULTIPLY -> x * y;
            case DIVIDE -> {
                if (y == 0) {
                    throw zeroDivision("float division by zero");
                }
                yield x / y;
            }
            case FLOOR_DIVIDE -> {
                if (y == 0) {
                    throw zeroDivision("float floor division by zero");
                }
                yield Math.floor((x - modulo(x, y)) / y + 0.5);
            }
            case MODULO -> {
                if (y == 0) {
                    throw zeroDivision("float modulo");
                }
                yield modulo(x, y);
            }
            case POWER -> {
                if (x < 0 && y != Math.rint(y)) {
                    throw PythonError.typeError("complex numbers are not supported");
                }
                yield Math.pow(x, y);
            }
        };
    }

    /** The remainder with the divisor's sign. */
    private static double modulo(double x, double y) {
        double remainder = x % y;
        if (remainder == 0) {
            return Math.copySign(0, y);
        }
        return (remainder < 0) == (y < 0) ? remainder : remainder + y;
    }

    private static Value concatenate(Value left, Value right, Budget budget) {
        if (left instanceof Value.Str a && right instanceof Value.Str b) {
            return join(a, b, budget);
        }
        if (left instanceof Value.ListOf a && right instanceof Value.ListOf b) {
            return new Value.ListOf(joined(a.items(), b.items(), budget));
        }
        if (left instanceof Value.TupleOf a && right instanceof Value.TupleOf b) {
            return new Value.TupleOf(joined(a.items(), b.items(), budget));
        }
        if (left instanceof Value.Str || left instanceof Value.ListOf || left instanceof Value.TupleOf) {
            String type = left instanceof Value.Str ? "str" : left.typeName();
            throw PythonError.typeError(
                    "can only concatenate " + type + " (not \"" + right.typeName() + "\") to " + type);
        }
        throw unsupported(Operator.ADD, left, right);
    }

    /** A text that is markup escapes one that is not. */
    static Value.Str join(Value.Str a, Value.Str b, Budget budget) {
        budget.make((long) a.text().length() + b.text().length());
        boolean markup = a.markup() || b.markup();
        String left = markup && !a.markup() ? Text.escape(a.text()) : a.text();
        String right = markup && !b.markup() ? Text.escape(b.text()) : b.text();
        return new Value.Str(left + right, markup);
    }

    private static List<Value> joined(List<Value> a, List<Value> b, Budget budget) {
        budget.items((long) a.size() + b.size());
        List<Value> both = new ArrayList<>(a);
        both.addAll(b);
        return both;
    }

    private static Value multiply(Value left, Value right, Budget budget) {
        BigInteger count = Values.asInteger(right);
        Value sequence = left;
        if (count == null) {
            count = Values.asInteger(left);
            sequence = right;
        }
        boolean repeats =
                sequence instanceof Value.Str || sequence instanceof Value.ListOf || sequence instanceof Value.TupleOf;
        if (!repeats) {
            throw unsupported(Operator.MULTIPLY, left, right);
        }
        if (count == null) {
            throw PythonError.typeError("can't multiply sequence by non-int of type '" + right.typeName() + "'");
        }
        int times = count.signum() <= 0 ? 0 : count.bitLength() > 31 ? Integer.MAX_VALUE : count.intValue();
        return switch (sequence) {
            case Value.Str text -> {
                budget.make((long) text.text().length() * times);
                yield new Value.Str(text.text().isEmpty() ? "" : text.text().repeat(times), text.markup());
            }
            case Value.TupleOf tuple -> new Value.TupleOf(repeated(tuple.items(), times, budget));
            default -> new Value.ListOf(repeated(Values.list(sequence), times, budget));
        };
    }

    private static List<Value> repeated(List<Value> items, int times, Budget budget) {
        budget.items((long) items.size() * times);
        List<Value> repeated = new ArrayList<>(items.size() * times);
        for (int i = 0; i < times && !items.isEmpty(); i++) {
            repeated.addAll(items);
        }
        return repeated;
    }

    static Value sign(boolean negative, Value operand) {
        if (operand instanceof Value.Undefined undefined) {
            throw undefined.error();
        }
        BigInteger integer = Values.asInteger(operand);
        if (integer != null) {
            return new Value.Int(negative ? integer.negate() : integer);
        }
        if (operand instanceof Value.Real real) {
            return new Value.Real(negative ? -real.number() : real.number());
        }
        throw PythonError.typeError(
                "bad operand type for unary " + (negative ? "-" : "+") + ": '" + operand.typeName() + "'");
    }

    /** A whole number that fits an int; what is past that is cut to its ends. */
    static int index(Value value) {
        BigInteger integer = Values.asInteger(value);
        if (integer == null) {
            throw PythonError.typeError("'" + value.typeName() + "' object cannot be interpreted as an integer");
        }
        if (integer.bitLength() > 31) {
            return integer.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        }
        return integer.intValue();
    }

    private static PythonError zeroDivision(String problem) {
        return new PythonError("ZeroDivisionError", problem);
    }

    private static PythonError unsupported(Operator operator, Value left, Value right) {
        return PythonError.typeError("unsupported operand type(s) for " + operator.symbol() + ": '" + left.typeName()
                + "' and '" + right.typeName() + "'");
    }
}
