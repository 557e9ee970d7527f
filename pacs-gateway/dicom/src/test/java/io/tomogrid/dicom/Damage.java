package io.tomogrid.dicom;

import java.util.List;
import java.util.Random;

/** Seeded damage to bytes: some are changed, taken out, doubled or cut off. The seed is in the message of a failure. */
public final class Damage {
    private final long seed;
    private final Random random;

    public Damage(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    /** What damaged bytes are given to. */
    @FunctionalInterface
    public interface Target {
        void take(byte[] bytes) throws Exception;
    }

    /** @throws AssertionError naming the seed and the round in which the target failed */
    public void to(List<byte[]> seeds, int rounds, Target target) {
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int n = 1 + random.nextInt(4); n > 0 && bytes.length > 0; n--) {
                bytes = damaged(bytes);
            }
            try {
                target.take(bytes);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + e, e);
            }
        }
    }

    private byte[] damaged(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        int length = 1 + random.nextInt(Math.min(8, bytes.length - at));
        byte[] result = bytes.clone();
        switch (random.nextInt(6)) {
            case 0 -> result[at] = (byte) random.nextInt(256);
            case 1 -> result[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> result[at] = random.nextBoolean() ? 0 : (byte) 0xff;
            case 3 -> result = java.util.Arrays.copyOf(bytes, at);
            case 4 -> {
                result = new byte[bytes.length - length];
                System.arraycopy(bytes, 0, result, 0, at);
                System.arraycopy(bytes, at + length, result, at, result.length - at);
            }
            default -> {
                result = new byte[bytes.length + length];
                System.arraycopy(bytes, 0, result, 0, at + length);
                System.arraycopy(bytes, at, result, at + length, bytes.length - at);
            }
        }
        return result;
    }
}
