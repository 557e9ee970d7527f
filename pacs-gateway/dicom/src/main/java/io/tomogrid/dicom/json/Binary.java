package io.tomogrid.dicom.json;

import io.tomogrid.dicom.VR;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Numbers of the binary VRs as JSON has them, PS3.18 table F.2.3-1. */
final class Binary {
    private Binary() {}

    static int width(VR vr) {
        return switch (vr) {
            case US, SS -> 2;
            case UL, SL, FL, AT -> 4;
            default -> 8;
        };
    }

    /**
     * @param values digits as they stand in the document
     * @throws IllegalArgumentException naming the value that does not fit
     */
    static byte[] encode(VR vr, List<String> values) {
        ByteBuffer out = ByteBuffer.allocate(values.size() * width(vr)).order(ByteOrder.LITTLE_ENDIAN);
        for (String value : values) {
            put(out, vr, value);
        }
        return out.array();
    }

    private static void put(ByteBuffer out, VR vr, String value) {
        switch (vr) {
            case US -> out.putShort((short) whole(value, 16, false));
            case SS -> out.putShort((short) whole(value, 16, true));
            case UL -> out.putInt((int) whole(value, 32, false));
            case SL -> out.putInt((int) whole(value, 32, true));
            case SV -> out.putLong(whole(value, 64, true));
            case UV -> out.putLong(whole(value, 64, false));
            case FL -> out.putFloat((float) real(value));
            case FD -> out.putDouble(real(value));
            default -> {
                if (!value.matches("[0-9A-Fa-f]{8}")) {
                    throw new IllegalArgumentException("expected a tag of eight hexadecimal digits");
                }
                int tag = Integer.parseUnsignedInt(value, 16);
                out.putShort((short) (tag >>> 16)).putShort((short) tag);
            }
        }
    }

    private static double real(String value) {
        return switch (value.toLowerCase(java.util.Locale.ROOT)) {
            case "nan" -> Double.NaN;
            case "inf", "infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(value);
        };
    }

    private static long whole(String value, int bits, boolean signed) {
        if (value.length() > 40) {
            throw new IllegalArgumentException("expected a whole number of " + bits + " bits");
        }
        BigDecimal decimal = new BigDecimal(value);
        if (Math.abs((long) decimal.scale()) > 40) { // 1e999999999 would become a number of as many digits
            throw new IllegalArgumentException("expected a whole number of " + bits + " bits");
        }
        BigInteger whole;
        try {
            whole = decimal.toBigIntegerExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("expected a whole number of " + bits + " bits", e);
        }
        boolean fits = signed ? whole.bitLength() < bits : whole.signum() >= 0 && whole.bitLength() <= bits;
        if (!fits) {
            throw new IllegalArgumentException("expected a whole number of " + bits + " bits");
        }
        return whole.longValue();
    }
}
