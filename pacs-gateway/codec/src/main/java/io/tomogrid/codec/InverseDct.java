package io.tomogrid.codec;

/*
 * The "islow" transform of the Independent JPEG Group (jidctint.c), after Loeffler, Ligtenberg and Moschytz, "Practical
 * fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989. Constants have 13 binary places; between the passes one
 * place is kept, for more would overflow 32 bits with samples of 12.
 */
/** The inverse DCT of an 8 x 8 block, ITU-T T.81 section A.3.3, in integers. */
final class InverseDct {
    private static final int PLACES = 13;
    private static final int KEPT = 1;

    private static final int C0_298 = 2446;
    private static final int C0_390 = 3196;
    private static final int C0_541 = 4433;
    private static final int C0_765 = 6270;
    private static final int C0_899 = 7373;
    private static final int C1_175 = 9633;
    private static final int C1_501 = 12299;
    private static final int C1_847 = 15137;
    private static final int C1_961 = 16069;
    private static final int C2_053 = 16819;
    private static final int C2_562 = 20995;
    private static final int C3_072 = 25172;

    private InverseDct() {}

    /** @param block dequantized coefficients by rows, OVERWRITTEN by samples of 0 to 4095 */
    static void twelveBits(int[] block) {
        for (int column = 0; column < 8; column++) {
            pass(block, column, 8, PLACES - KEPT);
        }
        for (int row = 0; row < 64; row += 8) {
            pass(block, row, 1, PLACES + KEPT + 3);
        }
        for (int n = 0; n < 64; n++) {
            block[n] = Math.max(0, Math.min(4095, block[n] + 2048));
        }
    }

    /** One dimension. @param step between the values @param shift binary places that are rounded away */
    private static void pass(int[] v, int at, int step, int shift) {
        // even part
        int z1 = (v[at + 2 * step] + v[at + 6 * step]) * C0_541;
        int even2 = z1 - v[at + 6 * step] * C1_847;
        int even3 = z1 + v[at + 2 * step] * C0_765;
        int even0 = v[at] + v[at + 4 * step] << PLACES;
        int even1 = v[at] - v[at + 4 * step] << PLACES;
        int sum0 = even0 + even3;
        int sum3 = even0 - even3;
        int sum1 = even1 + even2;
        int sum2 = even1 - even2;
        // odd part
        int odd0 = v[at + 7 * step];
        int odd1 = v[at + 5 * step];
        int odd2 = v[at + 3 * step];
        int odd3 = v[at + step];
        int z5 = (odd0 + odd2 + odd1 + odd3) * C1_175;
        int z3 = z5 - (odd0 + odd2) * C1_961;
        int z4 = z5 - (odd1 + odd3) * C0_390;
        int z2 = -(odd1 + odd2) * C2_562;
        z1 = -(odd0 + odd3) * C0_899;
        odd0 = odd0 * C0_298 + z1 + z3;
        odd1 = odd1 * C2_053 + z2 + z4;
        odd2 = odd2 * C3_072 + z2 + z3;
        odd3 = odd3 * C1_501 + z1 + z4;
        int half = 1 << shift - 1;
        v[at] = sum0 + odd3 + half >> shift;
        v[at + 7 * step] = sum0 - odd3 + half >> shift;
        v[at + step] = sum1 + odd2 + half >> shift;
        v[at + 6 * step] = sum1 - odd2 + half >> shift;
        v[at + 2 * step] = sum2 + odd1 + half >> shift;
        v[at + 5 * step] = sum2 - odd1 + half >> shift;
        v[at + 3 * step] = sum3 + odd0 + half >> shift;
        v[at + 4 * step] = sum3 - odd0 + half >> shift;
    }
}
