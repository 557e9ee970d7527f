package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/** Random damage to codestreams. */
final class Damage {
    private Damage() {}

    /** @param whole a codestream that decodes */
    static void survive(PixelDecoder decoder, String syntax, PixelFormat format, byte[] whole, long seed, int rounds)
            throws IOException {
        assertThat(decoder.decode(syntax, format, whole)).hasSize(format.frameBytes());
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] damaged = damaged(whole, random);
            try {
                assertThat(decoder.decode(syntax, format, damaged)).hasSize(format.frameBytes());
            } catch (UndecodableException clear) {
                assertThat(clear).hasMessageMatching("(?s).{20,}");
                refused++;
            } catch (RuntimeException unclear) {
                throw new AssertionError("seed " + seed + ", round " + round, unclear);
            }
        }
        System.out.printf("%s: %d of %d damaged frames refused, seed %d%n", syntax, refused, rounds, seed);
        assertThat(refused).isPositive();
    }

    /** Place of two bytes. */
    static int indexOf(byte[] in, byte first, byte second) {
        for (int at = 0; at + 1 < in.length; at++) {
            if (in[at] == first && in[at + 1] == second) {
                return at;
            }
        }
        throw new AssertionError("not found");
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] damaged = whole.clone();
        int changes = 1 + random.nextInt(4);
        for (int n = 0; n < changes; n++) {
            // the headers, where sizes are, as often as all the rest
            int at = random.nextInt(random.nextBoolean() ? Math.min(damaged.length, 120) : damaged.length);
            damaged[at] = (byte) (random.nextBoolean() ? random.nextInt() : damaged[at] ^ 1 << random.nextInt(8));
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length + 1)) : damaged;
    }
}
