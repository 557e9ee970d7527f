package io.tomogrid.manager.contention;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.manager.ledger.LedgerEntry;
import io.tomogrid.slices.SliceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A lease that has ended, as far as contention goes.
 *
 * @param gpu host and index
 * @param alike those that may be compared: the same protocol on the same profile of the same model of GPU, with an input of the same
 *     size within a factor of two
 * @param begin of its work: the grant, so that the start of an executor counts @param end of its work
 * @param entered when the ledger got it, once no process held the slice any more
 * @param succeeded whether it had results; what failed was a neighbour all the same
 */
public record Worked(
        String job,
        String protocol,
        String gpu,
        String alike,
        Instant begin,
        Instant end,
        Instant entered,
        boolean succeeded,
        boolean simulated) {

    private static final double MILLIS = 1e3;

    public double seconds() {
        return Duration.between(begin, end).toMillis() / MILLIS;
    }

    /** Of an entry as the ledger has it; members that older entries lack are taken as unknown. */
    public static Worked of(LedgerEntry line) {
        Map<String, Object> entry = Documents.parse(line.entry());
        Instant granted = Instant.parse((String) entry.get("granted"));
        Instant ended = Instant.parse((String) entry.get("ended"));
        Number work = (Number) entry.get("work-seconds");
        Number bytes = (Number) entry.getOrDefault("series-bytes", 0);
        String protocol = (String) entry.get("protocol");
        return new Worked(
                (String) entry.get("job"),
                protocol,
                (String) entry.get("gpu"),
                alike(
                        protocol,
                        SliceKey.parse((String) entry.get("slice")).profile(),
                        (String) entry.getOrDefault("gpu-name", ""),
                        bytes.longValue()),
                granted,
                work == null ? ended : granted.plusMillis(Math.round(work.doubleValue() * MILLIS)),
                ended,
                "SUCCEEDED".equals(entry.get("outcome")),
                Boolean.TRUE.equals(entry.get("simulated")));
    }

    /** @param bytes of the largest series; 0 when that is not known */
    public static String alike(String protocol, String profile, String gpuName, long bytes) {
        String size =
                bytes <= 0 ? "unknown size" : "2^" + (Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes)) + " bytes";
        return protocol + " on " + profile + " of " + gpuName + " with " + size;
    }
}
