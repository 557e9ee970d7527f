package io.tomogrid.engine.mip;

/**
 * How values become 16 bit: {@code stored = round((value − zero) / step)}, halves up, kept within 1 and 65535; what is below 1,
 * and what is not a number, becomes 0 = nothing there.
 *
 * @param zero the value stored as 0, in the unit of the volume
 * @param step the difference of neighbouring stored values
 */
public record Quantity(float zero, float step) {
    /** Largest stored value. */
    static final int LARGEST = 65535;

    /** SUV in steps of 1/256: up to 255.99, exact in Rescale Slope's decimal string. */
    public static final Quantity SUV = new Quantity(0, 1 / 256f);

    /** Whole HU from −32767 on; the −32768 of a 16-bit CT's padding is nothing. */
    public static final Quantity HU = new Quantity(-32768, 1);

    public int stored(float value) {
        float steps = (value - zero) / step + 0.5f;
        return steps >= 1 ? (int) Math.min(steps, LARGEST) : 0;
    }
}
