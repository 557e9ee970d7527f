// Joseph's line integrals where all planes of a transaxial line share its path, to the bit what
// io.tomogrid.engine.projector.PlaneJoseph computes. Images are [nx][ny][nz], z fastest.
//
// Forward: a thread sums up to 4 planes of one line, 32 planes apart, in registers. What the planes share (row, columns,
// weights, slice) is computed once for the four; the threads of a warp read neighbouring slices.
// Back: a thread gathers a tile of 4 columns x 4 slices, 32 slices apart, from every line that crosses it, in the order of
// the lines. So nobody else writes there: no atomics, and the order of summation does not depend on how threads are scheduled.
#pragma once

#include "portable.cuh"

namespace tomogrid {

/** Neighbouring planes or slices of a warp, and how many of them 32 apart a thread has. */
constexpr int LANES = 32;
constexpr int PER_THREAD = 4;
constexpr int CHUNK = LANES * PER_THREAD;
/** Columns of a tile. */
constexpr int COLUMNS = 4;

/** Sizes. Laid out as int[8]. */
struct Scan {
    /** Of the image. */
    int nx, ny, nz;
    int radialBins, segments, planesOfLine;
    /** Parts of at most CHUNK planes of a segment that a line has. */
    int chunks;
    /** Views that are projected. */
    int views;
};

/** What the host computes once for a scanner and a grid; CudaPlaneJoseph says how. */
struct Tables {
    /** [lines][4]: slope, offset, startFraction, stepFraction of TransaxialPath. */
    const double *courses;
    /** [lines][3]: first, last, whether rows are counted in y. */
    const int *rows;
    /** [lines][segments], mm. */
    const float *steps;
    /** [segments][2]: firstSlice, slicesAlong of PlaneGeometry. */
    const double *slices;
    /** [segments][2]: first plane within the line, number of planes. */
    const int *planes;
};

struct Path {
    double slope, offset, startFraction, stepFraction;
    int first, last;
    bool alongY;
};

TOMOGRID_BOTH Path path(const Tables &tables, int line) {
    const double *course = tables.courses + 4LL * line;
    const int *rows = tables.rows + 3LL * line;
    return {read(course), read(course + 1), read(course + 2), read(course + 3), read(rows), read(rows + 1),
            read(rows + 2) != 0};
}

/** Where all slices of a voxel column begin. */
TOMOGRID_BOTH int start(const Scan &scan, bool alongY, int row, int column) {
    return (alongY ? column * scan.ny + row : row * scan.ny + column) * scan.nz;
}

/** The columns that a line passes between at a row; at an edge of the grid only one. */
struct Between {
    int one, other;
    float weight, otherWeight;
    bool both;
};

TOMOGRID_BOTH Between between(const Scan &scan, const Path &path, int row) {
    const int columns = path.alongY ? scan.nx : scan.ny;
    const double at = path.slope * row + path.offset;
    const int left = static_cast<int>(floor(at));
    const float right = static_cast<float>(at - left);
    if (left < 0) {
        return {start(scan, path.alongY, row, 0), 0, left < -1 ? 0 : right, 0, false};
    }
    if (left >= columns - 1) {
        return {start(scan, path.alongY, row, columns - 1), 0, left > columns - 1 ? 0 : 1 - right, 0, false};
    }
    return {start(scan, path.alongY, row, left), start(scan, path.alongY, row, left + 1), 1 - right, right, true};
}

TOMOGRID_BOTH float value(const float *image, const Scan &scan, const Between &columns, int slice) {
    if (slice < 0 || slice >= scan.nz) {
        return 0;
    }
    const float one = columns.weight * read(image + columns.one + slice);
    return columns.both ? one + columns.otherWeight * read(image + columns.other + slice) : one;
}

TOMOGRID_BOTH float pair(
        const float *image, const Scan &scan, const Between &columns, int below, float lower, float upper) {
    return lower * value(image, scan, columns, below) + upper * value(image, scan, columns, below + 1);
}

/** Items: lines of the views x chunks x LANES. @param chunks [chunks][2]: segment, first plane within it */
TOMOGRID_BOTH void forwardPlanes(
        long long n, const Scan &scan, const Tables &tables, const int *views, const int *chunks, const float *image,
        float *projections) {
    const int lane = static_cast<int>(n % LANES);
    const int chunk = static_cast<int>(n / LANES % scan.chunks);
    const int line = static_cast<int>(n / LANES / scan.chunks);
    const int scannerLine = read(views + line / scan.radialBins) * scan.radialBins + line % scan.radialBins;
    const int segment = read(chunks + 2 * chunk);
    const int plane = read(chunks + 2 * chunk + 1) + lane;
    const int planes = read(tables.planes + 2 * segment + 1);
    if (plane >= planes) {
        return;
    }
    const double firstSlice = read(tables.slices + 2 * segment);
    const double slicesAlong = read(tables.slices + 2 * segment + 1);
    const Path p = path(tables, scannerLine);
    float sums[PER_THREAD] = {};
    int row = p.first;
    for (; row < p.last; row += 2) {
        const Between here = between(scan, p, row);
        const Between next = between(scan, p, row + 1);
        const double fraction = p.startFraction + p.stepFraction * row - 0.5;
        const double slice = firstSlice + slicesAlong * fraction;
        const double nextSlice = slice + slicesAlong * p.stepFraction;
        const int below = static_cast<int>(floor(slice));
        const int nextBelow = static_cast<int>(floor(nextSlice));
        const float above = static_cast<float>(slice - below);
        const float nextAbove = static_cast<float>(nextSlice - nextBelow);
        TOMOGRID_UNROLL
        for (int q = 0; q < PER_THREAD; q++) {
            const int at = plane + q * LANES;
            if (at < planes) {
                sums[q] += pair(image, scan, here, below + at, 1 - above, above)
                        + pair(image, scan, next, nextBelow + at, 1 - nextAbove, nextAbove);
            }
        }
    }
    if (row == p.last) {
        const Between here = between(scan, p, row);
        const double fraction = p.startFraction + p.stepFraction * row - 0.5;
        const double slice = firstSlice + slicesAlong * fraction;
        const int below = static_cast<int>(floor(slice));
        const float above = static_cast<float>(slice - below);
        TOMOGRID_UNROLL
        for (int q = 0; q < PER_THREAD; q++) {
            const int at = plane + q * LANES;
            if (at < planes) {
                sums[q] += pair(image, scan, here, below + at, 1 - above, above);
            }
        }
    }
    const float step = read(tables.steps + static_cast<long long>(scannerLine) * scan.segments + segment);
    float *out = projections + static_cast<long long>(line) * scan.planesOfLine + read(tables.planes + 2 * segment);
    TOMOGRID_UNROLL
    for (int q = 0; q < PER_THREAD; q++) {
        const int at = plane + q * LANES;
        if (at < planes) {
            out[at] = sums[q] * step;
        }
    }
}

/**
 * What a line puts into a voxel column at a row.
 *
 * @param in the line's projections
 * @param slice the first of `slices` slices, LANES apart
 */
TOMOGRID_BOTH void column(
        const Scan &scan, const Tables &tables, int scannerLine, double fraction, const float *in, int slice, int slices,
        float *values) {
    for (int segment = 0; segment < scan.segments; segment++) {
        const double at = read(tables.slices + 2 * segment) + read(tables.slices + 2 * segment + 1) * fraction;
        const int below = static_cast<int>(floor(at));
        const float above = static_cast<float>(at - below);
        const float step = read(tables.steps + static_cast<long long>(scannerLine) * scan.segments + segment);
        const float lower = (1 - above) * step;
        const float upper = above * step;
        const int planes = read(tables.planes + 2 * segment + 1);
        const float *planeValues = in + read(tables.planes + 2 * segment);
        TOMOGRID_UNROLL
        for (int q = 0; q < PER_THREAD; q++) {
            const int plane = slice + q * LANES - below;
            if (q >= slices) {
                break;
            }
            if (plane > 0 && plane < planes) {
                values[q] += lower * read(planeValues + plane) + upper * read(planeValues + plane - 1);
            } else if (plane == 0) {
                values[q] += lower * read(planeValues);
            } else if (plane == planes) {
                values[q] += upper * read(planeValues + plane - 1);
            }
        }
    }
}

/**
 * Adds the lines whose rows are counted in one direction. Items: rows x tiles of a row x chunks of slices x LANES.
 *
 * @param alongY which direction; x comes first, of all views @param image added to
 * @param crossing [scanner's views][rows][tiles of a row]: radial bins that may cross the tile: first | end << 16
 * @param ofLine (scannerLine, line, fraction, slice, slices, values): adds what one line has for a column of slices
 */
template <typename OfLine>
TOMOGRID_BOTH void backTile(
        long long n, const Scan &scan, const Tables &tables, const int *views, bool alongY, const unsigned *crossing,
        const OfLine &ofLine, float *image) {
    const int columns = alongY ? scan.nx : scan.ny;
    const int rows = alongY ? scan.ny : scan.nx;
    const int tiles = (columns + COLUMNS - 1) / COLUMNS;
    const int chunks = (scan.nz + CHUNK - 1) / CHUNK;
    const int lane = static_cast<int>(n % LANES);
    const int slice = static_cast<int>(n / LANES % chunks) * CHUNK + lane;
    const int tile = static_cast<int>(n / LANES / chunks % tiles);
    const int row = static_cast<int>(n / LANES / chunks / tiles);
    if (slice >= scan.nz) {
        return;
    }
    const int remaining = (scan.nz - slice + LANES - 1) / LANES;
    const int slices = remaining < PER_THREAD ? remaining : PER_THREAD;
    float sums[COLUMNS][PER_THREAD] = {};
    TOMOGRID_UNROLL
    for (int c = 0; c < COLUMNS; c++) {
        TOMOGRID_UNROLL
        for (int q = 0; q < PER_THREAD; q++) {
            if (tile * COLUMNS + c < columns && q < slices) {
                sums[c][q] = image[start(scan, alongY, row, tile * COLUMNS + c) + slice + q * LANES];
            }
        }
    }
    for (int v = 0; v < scan.views; v++) {
        const int view = read(views + v);
        const unsigned range = read(crossing + (static_cast<long long>(view) * rows + row) * tiles + tile);
        const int end = static_cast<int>(range >> 16);
        for (int radial = static_cast<int>(range & 0xffff); radial < end; radial++) {
            const int scannerLine = view * scan.radialBins + radial;
            const Path p = path(tables, scannerLine);
            const double at = p.slope * row + p.offset;
            const int left = static_cast<int>(floor(at));
            const int within = left - tile * COLUMNS;
            if (p.alongY != alongY || row < p.first || row > p.last || within < -1 || within >= COLUMNS) {
                continue;
            }
            const float right = static_cast<float>(at - left);
            const double fraction = p.startFraction + p.stepFraction * row - 0.5;
            float values[PER_THREAD] = {};
            const long long line = static_cast<long long>(v) * scan.radialBins + radial;
            ofLine(scannerLine, line, fraction, slice, slices, values);
            TOMOGRID_UNROLL
            for (int c = 0; c < COLUMNS; c++) {
                if (within == c || within + 1 == c) {
                    const float weight = within == c ? 1 - right : right;
                    TOMOGRID_UNROLL
                    for (int q = 0; q < PER_THREAD; q++) {
                        sums[c][q] += weight * values[q];
                    }
                }
            }
        }
    }
    TOMOGRID_UNROLL
    for (int c = 0; c < COLUMNS; c++) {
        TOMOGRID_UNROLL
        for (int q = 0; q < PER_THREAD; q++) {
            if (tile * COLUMNS + c < columns && q < slices) {
                image[start(scan, alongY, row, tile * COLUMNS + c) + slice + q * LANES] = sums[c][q];
            }
        }
    }
}

/** What a line has without time of flight, for {@link backTile}. */
struct ColumnOfLine {
    const Scan &scan;
    const Tables &tables;
    const float *projections;

    TOMOGRID_BOTH void operator()(
            int scannerLine, long long line, double fraction, int slice, int slices, float *values) const {
        column(scan, tables, scannerLine, fraction, projections + line * scan.planesOfLine, slice, slices, values);
    }
};

}  // namespace tomogrid
