package io.tomogrid.inference.service.swap;

import io.tomogrid.inference.service.runner.RunnerKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a version is to come to serve.
 *
 * @param runner what it runs in
 * @param shadow so many requests are asked of it beside the version that serves, and compared; 0 for none
 * @param leastAgreement mean share of equal values in them, 0 to 1, below which it is refused
 * @param canaryPercent share of the studies that it answers before it serves all, 0 to 100; 0 for none
 * @param canarySites sites whose studies it answers before it serves all
 * @param canary so many of its answers decide
 * @param watch so many answers are watched after the switch; 0 for none
 * @param patience longest that shadow and canary wait for their requests
 * @param guard what is too much
 * @param keepWarm how long the version before is kept ready to go back to
 * @param drain longest that a version's users are waited for when it goes
 * @param breakBeforeMake whether the version before may go first where both have no room beside each other
 * @param by who asks for it
 */
public record RolloutPolicy(
        RunnerKind runner,
        int shadow,
        double leastAgreement,
        double canaryPercent,
        Set<String> canarySites,
        int canary,
        int watch,
        Duration patience,
        Guard guard,
        Duration keepWarm,
        Duration drain,
        boolean breakBeforeMake,
        String by) {

    private static final Pattern TIME = Pattern.compile("(\\d{1,6})(ms|s|m|h)");
    private static final Map<String, Duration> UNITS = Map.of(
            "ms",
            Duration.ofMillis(1),
            "s",
            Duration.ofSeconds(1),
            "m",
            Duration.ofMinutes(1),
            "h",
            Duration.ofHours(1));

    /** No trial, watched for 100 answers, the version before kept for ten minutes. */
    public static final RolloutPolicy DEFAULT = new RolloutPolicy(
            RunnerKind.IN_PROCESS,
            0,
            0.9,
            0,
            Set.of(),
            50,
            100,
            Duration.ofMinutes(10),
            Guard.DEFAULT,
            Duration.ofMinutes(10),
            Duration.ofMinutes(10),
            false,
            "operator");

    /** Decided as soon as it serves. */
    static final RolloutPolicy UNWATCHED = DEFAULT.watching(0);

    public RolloutPolicy {
        canarySites = Set.copyOf(canarySites);
        require(shadow >= 0 && shadow <= 100_000, "shadow: expected 0 to 100000 requests");
        require(leastAgreement >= 0 && leastAgreement <= 1, "agreement: expected 0 to 1");
        require(canaryPercent >= 0 && canaryPercent <= 100, "canary: expected 0 to 100 percent");
        require(canary > 0 && canary <= 100_000, "canary-requests: expected 1 to 100000");
        require(watch >= 0 && watch <= 100_000, "watch: expected 0 to 100000 answers");
    }

    RolloutPolicy watching(int answers) {
        return new RolloutPolicy(
                runner,
                shadow,
                leastAgreement,
                canaryPercent,
                canarySites,
                canary,
                answers,
                patience,
                guard,
                keepWarm,
                drain,
                breakBeforeMake,
                by);
    }

    RolloutPolicy by(String whom) {
        return new RolloutPolicy(
                runner,
                shadow,
                leastAgreement,
                canaryPercent,
                canarySites,
                canary,
                watch,
                patience,
                guard,
                keepWarm,
                drain,
                breakBeforeMake,
                whom);
    }

    boolean tried() {
        return canaryPercent > 0 || !canarySites.isEmpty();
    }

    /**
     * From the document of {@code POST /api/models/{model}/rollouts}; what is missing is that of {@link #DEFAULT}.
     *
     * @throws IllegalArgumentException naming the key that is wrong or not known
     */
    public static RolloutPolicy of(Map<String, Object> document) {
        Set<String> known = Set.of(
                "version",
                "runner",
                "shadow",
                "agreement",
                "canary",
                "sites",
                "canary-requests",
                "watch",
                "patience",
                "errors",
                "slower",
                "drift",
                "keep-warm",
                "drain",
                "break-before-make",
                "by");
        document.keySet().stream()
                .filter(key -> !known.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new IllegalArgumentException("not a setting of a rollout: " + key + "; there are " + known);
                });
        RolloutPolicy base = DEFAULT;
        Guard guard = base.guard();
        return new RolloutPolicy(
                document.containsKey("runner") ? RunnerKind.of(String.valueOf(document.get("runner"))) : base.runner(),
                (int) number(document, "shadow", base.shadow()),
                number(document, "agreement", base.leastAgreement()),
                number(document, "canary", base.canaryPercent()),
                sites(document.get("sites")),
                (int) number(document, "canary-requests", base.canary()),
                (int) number(document, "watch", base.watch()),
                time(document, "patience", base.patience()),
                new Guard(
                        number(document, "errors", guard.errorRate()),
                        number(document, "slower", guard.slower()),
                        number(document, "drift", guard.drift())),
                time(document, "keep-warm", base.keepWarm()),
                time(document, "drain", base.drain()),
                Boolean.TRUE.equals(document.get("break-before-make")),
                String.valueOf(document.getOrDefault("by", base.by())));
    }

    private static double number(Map<String, Object> document, String key, double otherwise) {
        Object value = document.getOrDefault(key, otherwise);
        require(value instanceof Number, key + ": expected a number");
        return ((Number) value).doubleValue();
    }

    private static Duration time(Map<String, Object> document, String key, Duration otherwise) {
        if (!document.containsKey(key)) {
            return otherwise;
        }
        Matcher time = TIME.matcher(String.valueOf(document.get(key)));
        require(time.matches(), key + ": expected a time such as 30s, 10m or 2h");
        return UNITS.get(time.group(2)).multipliedBy(Long.parseLong(time.group(1)));
    }

    private static Set<String> sites(Object value) {
        require(value == null || value instanceof List<?>, "sites: expected a list");
        return value == null
                ? Set.of()
                : Set.copyOf(((List<?>) value).stream().map(String::valueOf).toList());
    }

    private static void require(boolean good, String message) {
        if (!good) {
            throw new IllegalArgumentException(message);
        }
    }
}
