package io.tomogrid.manager.contention;

/**
 * What one protocol does to another beside it.
 *
 * @param protocol whose work takes longer @param beside whose neighbourhood that is
 * @param times its work-seconds beside one such neighbour, per its own alone: a median, 1 where it is not slowed down
 * @param simulated whether some of the GPUs were simulated
 */
public record SlowDown(String protocol, String beside, Median times, boolean simulated) {
    /** The part by which it takes longer; 0 unless that it takes longer at all is certain to 95 %. */
    public double excess() {
        return times.low() > 1 ? times.value() - 1 : 0;
    }
}
