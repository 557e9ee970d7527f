package io.tomogrid.dicom;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;

/** UIDs of our own, all of the form 2.25.{@literal <UUID as a decimal number>} (PS3.5 annex B.2). */
public final class Uids {
    private static final String ROOT = "2.25.";

    private Uids() {}

    public static String random() {
        UUID uuid = UUID.randomUUID();
        return ROOT + new BigInteger(uuid.toString().replace("-", ""), 16);
    }

    /** The same parts give the same UID; parts are told apart ("a","bc" is not "ab","c"). */
    public static String derived(String... parts) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                sha.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                sha.update(bytes);
            }
            byte[] hash = Arrays.copyOf(sha.digest(), 16);
            hash[6] = (byte) (hash[6] & 0x0f | 0x80); // UUID version 8: custom, name-based
            hash[8] = (byte) (hash[8] & 0x3f | 0x80);
            return ROOT + new BigInteger(1, hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Digits and dots, at most 64 characters, no empty or zero-led component (PS3.5 section 9.1). */
    public static boolean valid(String uid) {
        return uid.length() <= 64 && uid.matches("(0|[1-9][0-9]*)(\\.(0|[1-9][0-9]*))+");
    }
}
