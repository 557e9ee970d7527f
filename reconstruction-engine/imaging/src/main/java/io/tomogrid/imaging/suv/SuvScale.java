package io.tomogrid.imaging.suv;

import java.util.OptionalDouble;

/**
 * One kind of SUV beside SUVbw: a series has one weight and one height, so it is SUVbw times one number.
 *
 * @param perBodyWeight this SUV where SUVbw is 1, positive and finite; empty where it cannot be computed
 * @param how the formula with the values that went into it, or why it cannot be computed and what to do
 */
public record SuvScale(SuvKind kind, OptionalDouble perBodyWeight, String how) {}
