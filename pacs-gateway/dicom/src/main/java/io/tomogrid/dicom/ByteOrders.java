package io.tomogrid.dicom;

/** Turns values between big and little endian, PS3.5 section 7.3. */
final class ByteOrders {
    private ByteOrders() {}

    /** A value with the bytes of each of its numbers reversed; the same array when the VR has none. */
    static byte[] swap(VR vr, byte[] value) {
        int width = switch (vr) {
            case US, SS, OW, AT -> 2;
            case UL, SL, FL, OF, OL -> 4;
            case FD, OD, OV, SV, UV -> 8;
            default -> 1;
        };
        if (width == 1) {
            return value;
        }
        byte[] swapped = value.clone();
        for (int at = 0; at + width <= value.length; at += width) {
            for (int i = 0; i < width; i++) {
                swapped[at + i] = value[at + width - 1 - i];
            }
        }
        return swapped;
    }
}
