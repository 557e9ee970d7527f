package io.tomogrid.engine.mip;

/** Blends PET over CT as {@link MipRotation#fused} says. */
final class Fusion {
    private final byte[] ctLevel;
    private final byte[] petLevel;

    Fusion(GreyRotation pet, GreyRotation ct) {
        petLevel = pet.levels();
        ctLevel = ct.levels();
    }

    /** Writes one pixel of the stored PET and CT values. */
    void blend(short pet, short ct, byte[] rgb, int at) {
        int p = Byte.toUnsignedInt(petLevel[Short.toUnsignedInt(pet)]);
        int g = Byte.toUnsignedInt(ctLevel[Short.toUnsignedInt(ct)]);
        for (int channel = 0; channel < 3; channel++) {
            int hot = Math.max(0, Math.min(255, 3 * p - 255 * channel));
            rgb[at + channel] = (byte) ((g * (255 - p) + hot * p + 127) / 255);
        }
    }
}
