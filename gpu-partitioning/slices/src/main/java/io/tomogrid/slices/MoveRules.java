package io.tomogrid.slices;

/**
 * How far running jobs may be moved to make room.
 *
 * @param most moves for one request; 0 forbids them
 * @param tries places that are looked at closely before it is given up
 */
public record MoveRules(int most, int tries) {
    public static final MoveRules NONE = new MoveRules(0, 1);
    public static final MoveRules USUAL = new MoveRules(3, 32);
}
