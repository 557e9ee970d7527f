package io.tomogrid.gateway.web;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Random keys that are good for a while, in memory only: they end with the process. Thread-safe. */
final class Keys {
    private static final int MOST = 1000;

    private final Clock clock;
    private final Duration lifetime;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Instant> ends = new LinkedHashMap<>();

    Keys(Clock clock, Duration lifetime) {
        this.clock = clock;
        this.lifetime = lifetime;
    }

    /** A new key of 256 bits. The oldest one ends when there are too many. */
    synchronized String make() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String key = HexFormat.of().formatHex(bytes);
        Instant now = clock.instant();
        ends.values().removeIf(end -> !end.isAfter(now));
        if (ends.size() >= MOST) {
            ends.remove(ends.keySet().iterator().next());
        }
        ends.put(key, now.plus(lifetime));
        return key;
    }

    /** Whether a key is good; if so it is good no more. */
    synchronized boolean use(String key) {
        Instant end = ends.remove(key);
        return end != null && end.isAfter(clock.instant());
    }

    /** Whether a key is good; if so its lifetime begins again. */
    synchronized boolean touch(String key) {
        boolean good = use(key);
        if (good) {
            ends.put(key, clock.instant().plus(lifetime));
        }
        return good;
    }
}
