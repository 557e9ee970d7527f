package io.tomogrid.gateway.delivery;

import io.tomogrid.gateway.GatewayProperties.DeliveryPolicy;
import java.time.Clock;
import java.time.Instant;

/** Keeps from a destination that takes no association, longer after each try in vain. For one thread. */
final class Breaker {
    private final DeliveryPolicy policy;
    private final Clock clock;
    private int inVain;
    private Instant next = Instant.MIN;

    Breaker(DeliveryPolicy policy, Clock clock) {
        this.policy = policy;
        this.clock = clock;
    }

    /** Whether it may be tried. */
    boolean lets() {
        return !clock.instant().isBefore(next);
    }

    /** @return when it may be tried again */
    Instant tookNone() {
        inVain++;
        next = clock.instant().plus(policy.backoff(inVain));
        return next;
    }

    void took() {
        inVain = 0;
    }
}
