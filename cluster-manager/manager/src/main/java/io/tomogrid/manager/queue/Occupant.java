package io.tomogrid.manager.queue;

import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.slices.SliceKey;

/**
 * A job at work on a slice.
 *
 * @param worked seconds of work that are lost when it is stopped; infinite when it must not be
 */
public record Occupant(String job, SliceKey slice, Priority priority, double worked) {}
