package io.tomogrid.dicom;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/** Numbers in value fields: the binary VRs, DS and IS (PS3.5 section 6.2). */
final class Numbers {
    private static final int DS_MAX = 16;

    private Numbers() {}

    /** All values, or an empty array if the VR has no numbers or any value is malformed. */
    static double[] decode(VR vr, byte[] value) {
        return switch (vr) {
            case DS, IS -> decimal(value);
            case US, SS, OW -> binary(value, 2, vr);
            case UL, SL, FL, OF, OL, AT -> binary(value, 4, vr);
            case FD, SV, UV, OD, OV -> binary(value, 8, vr);
            default -> new double[0];
        };
    }

    /** @throws IllegalArgumentException naming the attribute and the value that does not fit */
    static byte[] encode(int tag, VR vr, double... values) {
        return switch (vr) {
            case DS -> text(tag, values, Numbers::ds);
            case IS -> text(tag, values, d -> Long.toString(whole(tag, d, Integer.MIN_VALUE, Integer.MAX_VALUE)));
            case US -> binary(tag, values, 2, 0, 0xffff);
            case SS -> binary(tag, values, 2, Short.MIN_VALUE, Short.MAX_VALUE);
            case UL -> binary(tag, values, 4, 0, 0xffffffffL);
            case SL -> binary(tag, values, 4, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case SV, UV -> binary(tag, values, 8, vr == VR.UV ? 0 : Long.MIN_VALUE, Long.MAX_VALUE);
            case AT -> tags(values);
            case FL -> floats(values);
            case FD -> doubles(values);
            default ->
                throw new IllegalArgumentException(Dictionary.describe(tag) + ": VR " + vr + " takes no numbers");
        };
    }

    /** The decimal nearest to the value that fits the 16 characters of a DS. */
    static String ds(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a decimal string cannot hold " + value);
        }
        String shortest = Dataset.plain(value);
        if (shortest.length() <= DS_MAX) {
            return shortest;
        }
        for (int digits = DS_MAX; digits > 0; digits--) {
            BigDecimal rounded = new BigDecimal(value)
                    .round(new MathContext(digits, RoundingMode.HALF_EVEN))
                    .stripTrailingZeros();
            String plain = rounded.toPlainString();
            String scientific = rounded.unscaledValue() + (rounded.scale() == 0 ? "" : "E" + -rounded.scale());
            if (plain.length() <= DS_MAX) {
                return plain;
            }
            if (scientific.length() <= DS_MAX) {
                return scientific;
            }
        }
        throw new IllegalStateException("one digit and an exponent always fit: " + value);
    }

    private static double[] decimal(byte[] value) {
        String[] parts = new String(value, StandardCharsets.ISO_8859_1).split("\\\\", -1);
        double[] numbers = new double[parts.length];
        for (int i = 0; i < parts.length; i++) {
            String part = SpecificCharacterSet.strip(parts[i]);
            try {
                // parseDouble also takes what no DS holds: hexadecimal, NaN, a type suffix
                if (!part.matches("[+-]?[0-9.]+([eE][+-]?[0-9]+)?")) {
                    return new double[0];
                }
                numbers[i] = Double.parseDouble(part);
            } catch (NumberFormatException e) {
                return new double[0];
            }
        }
        return numbers;
    }

    private static double[] binary(byte[] value, int width, VR vr) {
        ByteBuffer in = Dataset.little(value);
        double[] numbers = new double[value.length / width];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = switch (vr) {
                case US, OW -> in.getShort() & 0xffff;
                case SS -> in.getShort();
                case UL, OL -> in.getInt() & 0xffffffffL;
                case SL -> in.getInt();
                case FL, OF -> in.getFloat();
                case AT -> (in.getShort() & 0xffffL) << 16 | in.getShort() & 0xffffL;
                case FD, OD -> in.getDouble();
                default -> in.getLong();
            };
        }
        return numbers;
    }

    private interface Format {
        String apply(double value);
    }

    private static byte[] text(int tag, double[] values, Format format) {
        StringJoiner joined = new StringJoiner("\\");
        for (double value : values) {
            try {
                joined.add(format.apply(value));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(Dictionary.describe(tag) + ": " + e.getMessage(), e);
            }
        }
        String text = joined.toString();
        return Dataset.ascii(text.length() % 2 == 0 ? text : text + ' ');
    }

    private static byte[] binary(int tag, double[] values, int width, long low, long high) {
        ByteBuffer out = Dataset.little(new byte[values.length * width]);
        for (double value : values) {
            long whole = whole(tag, value, low, high);
            if (width == 2) {
                out.putShort((short) whole);
            } else if (width == 4) {
                out.putInt((int) whole);
            } else {
                out.putLong(whole);
            }
        }
        return out.array();
    }

    private static long whole(int tag, double value, long low, long high) {
        if (value != Math.rint(value) || value < low || value > high) {
            throw new IllegalArgumentException(Dictionary.describe(tag) + ": expected a whole number from " + low
                    + " to " + high + ", got " + value);
        }
        return (long) value;
    }

    private static byte[] tags(double[] values) {
        ByteBuffer out = Dataset.little(new byte[values.length * 4]);
        for (double value : values) {
            int tag = (int) (long) value;
            out.putShort((short) (tag >>> 16)).putShort((short) tag);
        }
        return out.array();
    }

    private static byte[] floats(double[] values) {
        ByteBuffer out = Dataset.little(new byte[values.length * 4]);
        for (double value : values) {
            out.putFloat((float) value);
        }
        return out.array();
    }

    private static byte[] doubles(double[] values) {
        ByteBuffer out = Dataset.little(new byte[values.length * 8]);
        for (double value : values) {
            out.putDouble(value);
        }
        return out.array();
    }
}
