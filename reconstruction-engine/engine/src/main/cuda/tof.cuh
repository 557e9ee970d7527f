// Line integrals by time of flight, to the bit what io.tomogrid.engine.projector.TofPlaneJoseph computes. Projections are [lines
// of the views][bins of time of flight][planes], planes fastest.
#pragma once

#include "joseph.cuh"

namespace tomogrid {

/** Of all bins. Laid out as double[4]. */
struct TofMm {
    double width, reach, placePerMm;
    /** Bins before the middle of a line. */
    double before;
};

/** What TofKernel looks up. */
struct TofTables {
    /** [bins][2]: where a bin's table begins, and how long it is. */
    const int *tables;
    /** [bins]: where in a bin's table an annihilation in the middle of the line is. */
    const double *places;
    /** The tables, one after the other. */
    const float *values;
};

TOMOGRID_BOTH int tofBin(const TofMm &tof, int bins, double mm) {
    const int bin = toInt(floor(mm / tof.width + tof.before));
    const int capped = bin < bins - 1 ? bin : bins - 1;
    return capped > 0 ? capped : 0;
}

TOMOGRID_BOTH float tofAt(const float *table, int length, double place) {
    if (place <= 0) {
        return read(table);
    }
    const int n = toInt(place);
    if (n >= length - 1) {
        return read(table + length - 1);
    }
    const float lower = read(table + n);
    return lower + static_cast<float>(place - n) * (read(table + n + 1) - lower);
}

/** Part of what is at a place that is measured in a bin. */
TOMOGRID_BOTH float tofWeight(const TofMm &tof, const TofTables &tables, int bin, double mm) {
    return tofAt(tables.values + read(tables.tables + 2 * bin), read(tables.tables + 2 * bin + 1),
            read(tables.places + bin) + tof.placePerMm * mm);
}

/** A column of voxels at a row, interpolated; 0 beside the grid. */
TOMOGRID_BOTH float tofColumn(
        const float *image, const Scan &scan, const Path &path, int row, int left, float right, int slice) {
    if (slice < 0 || slice >= scan.nz) {
        return 0;
    }
    const int columns = path.alongY ? scan.nx : scan.ny;
    float value = 0;
    if (left >= 0 && left < columns) {
        value += (1 - right) * read(image + start(scan, path.alongY, row, left) + slice);
    }
    if (left >= -1 && left < columns - 1) {
        value += right * read(image + start(scan, path.alongY, row, left + 1) + slice);
    }
    return value;
}

/**
 * Items: lines of the views x planes.
 *
 * @param lengths [lines][segments], mm @param ofPlanes [planes][2]: segment, plane within it @param projections OVERWRITTEN
 */
TOMOGRID_BOTH void forwardTof(
        long long n, const Scan &scan, const Tables &tables, int bins, const TofMm &tof, const TofTables &kernel,
        const double *lengths, const int *ofPlanes, const int *views, const float *image, float *projections) {
    const int planeOfLine = static_cast<int>(n % scan.planesOfLine);
    const int line = static_cast<int>(n / scan.planesOfLine);
    const int scannerLine = read(views + line / scan.radialBins) * scan.radialBins + line % scan.radialBins;
    const int segment = read(ofPlanes + 2 * planeOfLine);
    const int plane = read(ofPlanes + 2 * planeOfLine + 1);
    const Path p = path(tables, scannerLine);
    const double length = read(lengths + static_cast<long long>(scannerLine) * scan.segments + segment);
    const float step = read(tables.steps + static_cast<long long>(scannerLine) * scan.segments + segment);
    float *out = projections + static_cast<long long>(line) * bins * scan.planesOfLine + planeOfLine;
    for (int bin = 0; bin < bins; bin++) {
        out[static_cast<long long>(bin) * scan.planesOfLine] = 0;
    }
    for (int row = p.first; row <= p.last; row++) {
        const double at = p.slope * row + p.offset;
        const int left = static_cast<int>(floor(at));
        const float right = static_cast<float>(at - left);
        const double along = p.startFraction + p.stepFraction * row - 0.5;
        const double slice = read(tables.slices + 2 * segment) + read(tables.slices + 2 * segment + 1) * along;
        const int below = static_cast<int>(floor(slice));
        const float above = static_cast<float>(slice - below);
        float value = 0;
        value += (1 - above) * tofColumn(image, scan, p, row, left, right, below + plane);
        value += above * tofColumn(image, scan, p, row, left, right, below + plane + 1);
        const double mm = along * length;
        const int last = tofBin(tof, bins, mm + tof.reach);
        for (int bin = tofBin(tof, bins, mm - tof.reach); bin <= last; bin++) {
            const float weight = tofWeight(tof, kernel, bin, mm) * step;
            out[static_cast<long long>(bin) * scan.planesOfLine] += weight * value;
        }
    }
}

/** What a line puts into a voxel column at a row. @param in the line's projections @param values [slices], from 0 on */
TOMOGRID_BOTH void tofColumnOfLine(
        const Scan &scan, const Tables &tables, int bins, const TofMm &tof, const TofTables &kernel,
        const double *lengths, int scannerLine, double along, const float *in, int slice, int slices, float *values) {
    for (int segment = 0; segment < scan.segments; segment++) {
        const long long ofLine = static_cast<long long>(scannerLine) * scan.segments + segment;
        const double mm = along * read(lengths + ofLine);
        const float step = read(tables.steps + ofLine);
        const double at = read(tables.slices + 2 * segment) + read(tables.slices + 2 * segment + 1) * along;
        const int below = static_cast<int>(floor(at));
        const float above = static_cast<float>(at - below);
        const int planes = read(tables.planes + 2 * segment + 1);
        const float *ofSegment = in + read(tables.planes + 2 * segment);
        float lower[PER_THREAD] = {};
        float upper[PER_THREAD] = {};
        const int last = tofBin(tof, bins, mm + tof.reach);
        for (int bin = tofBin(tof, bins, mm - tof.reach); bin <= last; bin++) {
            const float weight = tofWeight(tof, kernel, bin, mm) * step;
            const float *ofBin = ofSegment + static_cast<long long>(bin) * scan.planesOfLine;
            TOMOGRID_UNROLL
            for (int q = 0; q < PER_THREAD; q++) {
                const int plane = slice + q * LANES - below;
                if (q < slices && plane >= 0 && plane < planes) {
                    lower[q] += weight * read(ofBin + plane);
                }
                if (q < slices && plane > 0 && plane <= planes) {
                    upper[q] += weight * read(ofBin + plane - 1);
                }
            }
        }
        TOMOGRID_UNROLL
        for (int q = 0; q < PER_THREAD; q++) {
            const int plane = slice + q * LANES - below;
            if (q < slices && plane >= 0 && plane < planes) {
                values[q] += (1 - above) * lower[q];
            }
            if (q < slices && plane > 0 && plane <= planes) {
                values[q] += above * upper[q];
            }
        }
    }
}

/** What a line has by time of flight, for {@link backTile}. */
struct TofColumnOfLine {
    const Scan &scan;
    const Tables &tables;
    int bins;
    const TofMm &tof;
    const TofTables &kernel;
    const double *lengths;
    const float *projections;

    TOMOGRID_BOTH void operator()(
            int scannerLine, long long line, double fraction, int slice, int slices, float *values) const {
        tofColumnOfLine(
                scan, tables, bins, tof, kernel, lengths, scannerLine, fraction,
                projections + line * bins * scan.planesOfLine, slice, slices, values);
    }
};

}  // namespace tomogrid
