package io.tomogrid.inference.service.swap;

import java.time.Duration;
import java.util.Locale;

/**
 * What a version on trial may not do. Held against the version that serves, or served before.
 *
 * @param errorRate greatest share of requests that fail by its own fault, 0 to 1
 * @param slower greatest median latency, in medians of the other version
 * @param drift greatest distance of the mean of its outputs, in standard deviations of the other version's outputs
 */
public record Guard(double errorRate, double slower, double drift) {
    static final Guard DEFAULT = new Guard(0.02, 3, 3);

    /** A rate or a median of fewer answers means nothing. */
    private static final int FEWEST = 10;
    /** Medians below this are noise of the machine. */
    private static final Duration NOISE = Duration.ofMillis(5);

    /** @return why the version must go, or an empty string */
    String verdict(VersionStats.View onTrial, VersionStats.View other) {
        if (onTrial.errors() > 0
                && onTrial.errorRate() > errorRate
                && (onTrial.errors() >= 3 || onTrial.answers() + onTrial.errors() >= FEWEST)) {
            return String.format(
                    Locale.ROOT,
                    "%d of %d requests failed, at most %.1f %% may; the last: %s",
                    onTrial.errors(),
                    onTrial.answers() + onTrial.errors(),
                    100 * errorRate,
                    onTrial.lastError());
        }
        if (onTrial.answers() < FEWEST || other.answers() < FEWEST) {
            return "";
        }
        if (onTrial.median().compareTo(NOISE) > 0
                && onTrial.median().toNanos() > slower * other.median().toNanos()) {
            return String.format(
                    Locale.ROOT,
                    "the median answer takes %.1f ms, of the other version %.1f ms; at most %.1f times that are allowed",
                    onTrial.median().toNanos() / 1e6,
                    other.median().toNanos() / 1e6,
                    slower);
        }
        return driftVerdict(onTrial.summary(), other.summary());
    }

    private String driftVerdict(VersionStats.Drift onTrial, VersionStats.Drift other) {
        if (onTrial.answers() < FEWEST || other.answers() < FEWEST) {
            return "";
        }
        // what the other version's outputs vary by, and a thousandth of them where they never vary
        double scale = Math.max(other.deviation(), 1e-3 * Math.abs(other.mean()) + 1e-9);
        double distance = Math.abs(onTrial.mean() - other.mean()) / scale;
        return distance <= drift
                ? ""
                : String.format(
                        Locale.ROOT,
                        "its outputs have a mean of %.4g, those of the other version %.4g: that is %.1f standard"
                                + " deviations, at most %.1f are allowed",
                        onTrial.mean(),
                        other.mean(),
                        distance,
                        drift);
    }
}
