package io.tomogrid.manager.queue;

import io.tomogrid.cluster.contract.Priority;
import java.time.Instant;
import java.util.Optional;

/**
 * A job that has no slice yet.
 *
 * @param site whose it is, empty if that is not known
 * @param deadline until when its results are wanted
 * @param created when it came; of two with equal rights the older one goes first
 * @param slices memory slices that it will have
 */
public record Waiting(
        String id, Priority priority, String site, Optional<Instant> deadline, Instant created, int slices) {}
