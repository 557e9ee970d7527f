package io.tomogrid.engine.cuda.selftest;

/**
 * One operation on the device.
 *
 * @param kernel of {@code petct.cu}, or several
 * @param what was done
 * @param deviceSeconds with the transfers to and from the device, warm
 * @param processorSeconds the same on all processors of this process
 * @param values compared
 * @param differing of these, not the same bits as on the processors
 * @param formulaError largest distance from what a formula says
 * @param formulaBound largest such distance that rounding explains
 */
public record Check(
        String kernel,
        String what,
        double deviceSeconds,
        double processorSeconds,
        long values,
        long differing,
        double formulaError,
        double formulaBound) {
    /** The device and the processors agree to the bit, and both with the formula. */
    public boolean agrees() {
        return differing == 0 && formulaError <= formulaBound;
    }
}
