package io.tomogrid.slices.simulation;

/**
 * The generator of the reference simulator, so that the same seed is the same requests: MT19937 with the seeding and the draws of
 * CPython's {@code random.Random} (Matsumoto and Nishimura, ACM TOMACS 8(1), 1998).
 */
final class MersenneTwister {
    private static final int N = 624;
    private static final int M = 397;
    private final int[] state = new int[N];
    private int at = N;

    MersenneTwister(int seed) {
        state[0] = 19650218;
        for (int i = 1; i < N; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
        int i = 1;
        for (int k = 0; k < N; k++) {
            state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >>> 30) * 1664525) + seed;
            i = next(i);
        }
        for (int k = 0; k < N - 1; k++) {
            state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >>> 30) * 1566083941) - i;
            i = next(i);
        }
        state[0] = 1 << 31;
    }

    private int next(int i) {
        if (i + 1 < N) {
            return i + 1;
        }
        state[0] = state[N - 1];
        return 1;
    }

    private int word() {
        if (at == N) {
            for (int i = 0; i < N; i++) {
                int y = state[i] & 0x80000000 | state[(i + 1) % N] & 0x7fffffff;
                state[i] = state[(i + M) % N] ^ y >>> 1 ^ (y & 1) * 0x9908b0df;
            }
            at = 0;
        }
        int y = state[at++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    /** In [0, 1), of 53 bits. */
    double nextDouble() {
        long a = word() >>> 5;
        long b = word() >>> 6;
        return (a * 67108864.0 + b) / 9007199254740992.0;
    }

    /** In [0, bound). */
    int nextInt(int bound) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bound);
        int drawn = word() >>> Integer.SIZE - bits;
        while (drawn >= bound) {
            drawn = word() >>> Integer.SIZE - bits;
        }
        return drawn;
    }
}
