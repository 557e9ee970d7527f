package io.tomogrid.manager.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * A slice that a site had for a while.
 *
 * @param slices memory or compute slices, whichever are more
 * @param from when its lease began
 * @param to when it ended, or now
 */
public record Usage(String site, int slices, Instant from, Instant to) {
    private static final double NANO = 1e-9;

    /**
     * Slice-seconds by site, of which those of one half-life ago count half:
     * slices · ∫ 2^(-(now-t)/h) dt = slices · h/ln 2 · (2^(-(now-to)/h) - 2^(-(now-from)/h)).
     */
    public static Map<String, Double> decayed(Collection<Usage> all, Instant now, Duration halfLife) {
        double life = seconds(halfLife);
        Map<String, Double> result = new HashMap<>();
        for (Usage usage : all) {
            double late = Math.pow(2, -seconds(Duration.between(usage.to, now)) / life);
            double early = Math.pow(2, -seconds(Duration.between(usage.from, now)) / life);
            result.merge(usage.site, usage.slices * life / Math.log(2) * (late - early), Double::sum);
        }
        return result;
    }

    private static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() * NANO;
    }
}
