package io.tomogrid.manager.ledger;

import io.tomogrid.cluster.contract.Documents;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Recomputes the chain, entry by entry from the first. What it cannot see is that the last entries are missing: for that,
 * note the head from time to time and look whether it is still there.
 */
public final class Chain {
    /** What the first entry names as the hash before it. */
    public static final String ROOT = "0".repeat(64);

    private long sequence;
    private String head = ROOT;

    /** How many entries were good. */
    public long length() {
        return sequence;
    }

    /** Hash of the last good entry. */
    public String head() {
        return head;
    }

    /** @return what is wrong with the entry, which then is no part of the chain; empty if it is the next one */
    public Optional<String> add(LedgerEntry next) {
        Optional<String> fault = fault(next);
        if (fault.isEmpty()) {
            sequence = next.sequence();
            head = next.hash();
        }
        return fault;
    }

    private Optional<String> fault(LedgerEntry next) {
        if (next.sequence() != sequence + 1) {
            return Optional.of("entry " + (sequence + 1) + " is missing");
        }
        String bad = "entry " + next.sequence() + " is bad: ";
        if (!sha256(next.entry()).equals(next.hash())) {
            return Optional.of(bad + "its hash is not the SHA-256 of its text");
        }
        Map<String, Object> entry = Documents.parse(next.entry());
        if (!head.equals(entry.get("previous"))) {
            return Optional.of(bad + "it does not name the hash of the entry before it");
        }
        if (!(entry.get("sequence") instanceof Number number) || number.longValue() != next.sequence()) {
            return Optional.of(bad + "its text has another sequence number");
        }
        return Optional.empty();
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
