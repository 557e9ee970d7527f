package io.tomogrid.manager.maintenance;

import io.tomogrid.slices.HostInventory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A time in which nothing new is placed, and from some moment on nothing stays that may begin anew elsewhere.
 *
 * @param target which GPUs
 * @param begins nothing is placed there whose end is expected behind this
 * @param ends when it is over; empty until an operator ends it
 * @param clears when running work is moved off
 * @param reason who and why
 */
public record Window(Target target, Instant begins, Optional<Instant> ends, Instant clears, String reason) {
    public Window {
        if (ends.isPresent() && !ends.get().isAfter(begins)) {
            throw new IllegalArgumentException("until: expected a time after " + begins + ", got " + ends.get());
        }
    }

    /** Whether work that begins now and takes so long would run into it. */
    public boolean closes(Instant now, Duration expected) {
        return begins.isBefore(now.plus(expected)) && ends.map(now::isBefore).orElse(true);
    }

    /** GPUs on which nothing may begin are left out. @param closed windows that close what they cover */
    public static List<HostInventory> open(List<HostInventory> hosts, List<Window> closed) {
        List<HostInventory> open = new ArrayList<>();
        for (HostInventory host : hosts) {
            open.add(new HostInventory(
                    host.host(),
                    host.gpus().stream()
                            .filter(gpu -> closed.stream().noneMatch(w -> w.target.covers(host.host(), gpu.index())))
                            .toList()));
        }
        return open;
    }

    /** E.g. {@code node1/gpu0 is drained from 2026-… by an operator (jd): new fan}. */
    @Override
    public String toString() {
        return target + " is drained from " + begins
                + ends.map(end -> " until " + end).orElse("") + " " + reason;
    }
}
