package dev.tenon.cuda.ptx;

/** Roundings that Java's arithmetic has not. */
enum Rounding {
    NEAREST,
    ZERO,
    DOWN,
    UP;

    /** By a modifier such as {@code .rz}. */
    static Rounding of(String name) {
        return switch (name) {
            case "rn" -> NEAREST;
            case "rz" -> ZERO;
            case "rm" -> DOWN;
            case "rp" -> UP;
            default -> throw new PtxError("rounding ." + name);
        };
    }

    /** The nearest number of 24 bits on this side of {@code value + rest}, where {@code rest} is less than value's last place. */
    float toFloat(double value, double rest) {
        float near = (float) value;
        if (Float.isNaN(near) || Double.isInfinite(value)) {
            return near;
        }
        double off = near - value;
        int side = off == rest ? 0 : off > rest ? 1 : -1;
        if (this == NEAREST) {
            return nearest(near, value, rest);
        }
        boolean down = this == DOWN || this == ZERO && (value > 0 || value == 0 && rest > 0);
        if (down) {
            return side > 0 ? Math.nextDown(near) : near;
        }
        return side < 0 ? Math.nextUp(near) : near;
    }

    /** Where the double lies between two floats, the rest decides. */
    private static float nearest(float near, double value, double rest) {
        if (rest == 0 || near == value) {
            return near;
        }
        float other = near > value ? Math.nextDown(near) : Math.nextUp(near);
        double middle = ((double) near + other) / 2;
        if (value != middle) {
            return near;
        }
        return rest > 0 == near > other ? near : other;
    }

    float add(float a, float b) {
        double sum = (double) a + b;
        return toFloat(sum, rest(a, b, sum));
    }

    float fma(float a, float b, float c) {
        if (this == NEAREST) {
            return Math.fma(a, b, c);
        }
        double product = (double) a * b;
        double sum = product + c;
        return toFloat(sum, rest(product, c, sum));
    }

    float multiply(float a, float b) {
        return toFloat((double) a * b, 0);
    }

    /** What a sum in double precision left out. */
    private static double rest(double a, double b, double sum) {
        if (Double.isInfinite(sum) || Double.isNaN(sum)) {
            return 0;
        }
        double part = sum - a;
        return a - (sum - part) + (b - part);
    }

    /** A number to BF16; what is none to 0x7FFF. */
    short toBfloat(float value) {
        if (Float.isNaN(value)) {
            return 0x7FFF;
        }
        int bits = Float.floatToRawIntBits(value);
        int up = switch (this) {
            case NEAREST -> 0x7FFF + (bits >> 16 & 1);
            case ZERO -> 0;
            case DOWN -> bits < 0 ? 0xFFFF : 0;
            case UP -> bits < 0 ? 0 : 0xFFFF;
        };
        // An infinity has no low bits to carry.
        return (short) (Float.isInfinite(value) ? bits >> 16 : bits + up >>> 16);
    }

    /** A number to F16; what is none to 0x7FFF. */
    short toHalf(float value) {
        if (Float.isNaN(value)) {
            return 0x7FFF;
        }
        short near = Float.floatToFloat16(value);
        float back = Float.float16ToFloat(near);
        boolean up = back > value;
        boolean down = back < value;
        boolean wrong = switch (this) {
            case NEAREST -> false;
            case ZERO -> value > 0 ? up : down;
            case DOWN -> up;
            case UP -> down;
        };
        if (!wrong) {
            return near;
        }
        // The other side is a neighbour, and magnitudes are in the order of their bits.
        boolean smaller = up == value > 0;
        return (short) (smaller ? near - 1 : near + 1);
    }
}
