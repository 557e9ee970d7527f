package io.tomogrid.inference.service.swap;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was done to which model, one JSON object a line, only ever appended and synced before it counts. Each entry carries
 * the SHA-256 of itself and the hash before it, so that a changed or missing entry shows.
 */
final class AuditLog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
    private static final String FIRST = "0".repeat(64);

    /** Not a channel: an interrupt, as a rollout gets one when the service ends, would close that. */
    private final FileOutputStream out;

    private final List<Entry> entries = new ArrayList<>();
    private String head = FIRST;
    private boolean closed;

    /**
     * @param sequence from 1, without gaps @param rollout which rollout, empty for what belongs to none
     * @param outcome {@code begun}, {@code ok}, {@code failed} or {@code skipped}
     * @param version the version that it was done to @param detail in words @param by who asked for it
     */
    record Entry(
            long sequence,
            Instant at,
            String model,
            String rollout,
            String step,
            String outcome,
            String version,
            String digest,
            String detail,
            String by,
            String hash) {

        Map<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("sequence", sequence);
            map.put("at", at.toString());
            map.put("model", model);
            map.put("rollout", rollout);
            map.put("step", step);
            map.put("outcome", outcome);
            map.put("version", version);
            map.put("digest", digest);
            map.put("detail", detail);
            map.put("by", by);
            map.put("hash", hash);
            return map;
        }

        private static Entry of(Map<String, Object> map) {
            return new Entry(
                    ((Number) map.get("sequence")).longValue(),
                    Instant.parse(text(map, "at")),
                    text(map, "model"),
                    text(map, "rollout"),
                    text(map, "step"),
                    text(map, "outcome"),
                    text(map, "version"),
                    text(map, "digest"),
                    text(map, "detail"),
                    text(map, "by"),
                    text(map, "hash"));
        }

        private static String text(Map<String, Object> map, String key) {
            return String.valueOf(map.get(key));
        }

        private Entry hashed(String before) {
            String own = sha256(before + "|" + sequence + "|" + at + "|" + model + "|" + rollout + "|" + step + "|"
                    + outcome + "|" + version + "|" + digest + "|" + detail + "|" + by);
            return new Entry(sequence, at, model, rollout, step, outcome, version, digest, detail, by, own);
        }
    }

    /** @throws IOException if the file cannot be read, or an entry in it is not what its hash says */
    AuditLog(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        long whole = Files.exists(file) ? read(file) : 0;
        out = new FileOutputStream(file.toFile(), true);
        out.getChannel().truncate(whole);
    }

    /** @return where the last whole entry ends */
    private long read(Path file) throws IOException {
        String text = Files.readString(file);
        int whole = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, whole).lines().toList()) {
            Entry entry = Entry.of(JSON.std.mapFrom(line));
            if (!entry.equals(entry.hashed(head)) || entry.sequence() != entries.size() + 1) {
                throw new IOException(
                        file + ": entry " + (entries.size() + 1)
                                + " is not the one that was written; put the file back from a copy, or move it away to begin anew");
            }
            entries.add(entry);
            head = entry.hash();
        }
        if (whole < text.length()) {
            log.warn("the last entry of {} was not written whole when the service ended, and is dropped", file);
        }
        return text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
    }

    /** Returns when the entry is on the disk. */
    synchronized Entry add(
            String model,
            String rollout,
            String step,
            String outcome,
            String version,
            String digest,
            String detail,
            String by) {
        Entry entry = new Entry(
                        entries.size() + 1L,
                        Instant.now(),
                        model,
                        rollout,
                        step,
                        outcome,
                        version,
                        digest,
                        detail,
                        by,
                        "")
                .hashed(head);
        if (closed) {
            // the next start finds what was under way, and says so
            log.info("the service ends amid {} of model {} {}", step, model, version);
            return entry;
        }
        try {
            out.write((JSON.std.asString(entry.toMap()) + "\n").getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        } catch (IOException e) {
            throw new UncheckedIOException("the audit log of the models cannot be written: " + e.getMessage(), e);
        }
        entries.add(entry);
        head = entry.hash();
        log.info("model {} {}: {} {}{}", model, version, step, outcome, detail.isEmpty() ? "" : ": " + detail);
        return entry;
    }

    /** @param model empty for all @param after only entries behind this sequence */
    synchronized List<Entry> entries(String model, long after) {
        return entries.stream()
                .filter(entry -> entry.sequence() > after
                        && (model.isEmpty() || entry.model().equals(model)))
                .toList();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        out.close();
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
