package io.tomogrid.engine.ct;

import io.tomogrid.imaging.ct.FlatScan;

/** Weights of lines that a circular scan measures once or twice; those of one line add up to 1. */
final class ParkerWeights {
    private final FlatScan scan;
    /** Half the fan and half of what the scan goes beyond the least: Parker 1982 with the fan widened by the overscan. */
    private final double half;

    ParkerWeights(FlatScan scan) {
        this.scan = scan;
        this.half = (Math.abs(scan.angleStep()) * scan.projections().length - Math.PI) / 2;
    }

    double of(int view, int column) {
        if (scan.fullTurn()) {
            return 0.5;
        }
        double fan = scan.fanAngle(column) * Math.signum(scan.angleStep());
        // the middle of the angle that the view stands for
        double turned = Math.abs(scan.angleStep()) * (view + 0.5);
        double begin = turned / (half - fan);
        double end = (Math.PI + 2 * half - turned) / (half + fan);
        double part = Math.min(Math.min(begin, end), 2);
        double sin = Math.sin(Math.PI / 4 * part);
        return sin * sin;
    }
}
