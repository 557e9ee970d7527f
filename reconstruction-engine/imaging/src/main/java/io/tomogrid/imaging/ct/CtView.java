package io.tomogrid.imaging.ct;

import java.io.Serializable;

/**
 * Where focal centre and focal spot are while one view is taken.
 *
 * @param angle of the focal centre, rad, not wrapped: it goes on through the rotations
 * @param z of the focal centre, mm @param radius its distance from the axis, mm
 * @param spot where the focal spot flies to
 */
public record CtView(double angle, double z, double radius, Spot spot) implements Serializable {
    /**
     * Shift of the focal spot from the focal centre, which the detector does not follow.
     *
     * @param angle rad @param z mm @param radius mm
     */
    public record Spot(double angle, double z, double radius) implements Serializable {
        public static final Spot CENTRE = new Spot(0, 0, 0);
    }
}
