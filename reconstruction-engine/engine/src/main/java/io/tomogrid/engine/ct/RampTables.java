package io.tomogrid.engine.ct;

/**
 * What the ramp filter of a detector looks up, for whoever computes it elsewhere; not to be changed.
 *
 * @param length of the transform, a power of two
 * @param response [length], with the scale of the transform back
 * @param cosine [length / 2] of the butterflies; so {@code sine}
 * @param reversed [length]: places in the order that a transform begins with
 */
public record RampTables(int length, float[] response, float[] cosine, float[] sine, int[] reversed) {}
