// Back projection of computed tomography, to the bit what io.tomogrid.engine.ct computes. Images are [ny][nx][nz], z fastest,
// views [columns][rows], the row fastest.
//
// All voxels of one (x, y) share their place across the detector and its weight. So a thread has up to 8 slices of a column
// of voxels, 32 apart: it computes the place once for them, and a warp reads neighbouring rows and writes neighbouring slices.
// Each voxel adds its views in the processors' order, in a register: no atomics.
#pragma once

#include "portable.cuh"

namespace tomogrid {

/** Neighbouring slices of a warp, and how many of them 32 apart a thread has. */
constexpr int SLICE_LANES = 32;
constexpr int SLICES_OF_THREAD = 8;
constexpr int SLICE_CHUNK = SLICE_LANES * SLICES_OF_THREAD;
/** Part of a row: what lies so close beside the outermost row counts as on it; Column.EDGE. */
constexpr double ROW_EDGE = 1e-3;

/** Some rows of an image. Laid out as int[5]. */
struct ImageRows {
    int nx, ny, nz;
    /** The first of the rows that are there, and how many they are. */
    int first, count;
};

/** A thread's voxels. */
struct VoxelColumn {
    int i, j, slice;
    /** Of the slice, within the rows that are there. */
    long long at;
};

/** Items: rows that are there x nx x chunks of slices x SLICE_LANES. */
TOMOGRID_BOTH VoxelColumn voxelColumn(long long n, const ImageRows &image) {
    const int chunks = (image.nz + SLICE_CHUNK - 1) / SLICE_CHUNK;
    const int slice = static_cast<int>(n / SLICE_LANES % chunks) * SLICE_CHUNK + static_cast<int>(n % SLICE_LANES);
    const long long column = n / SLICE_LANES / chunks;
    return {static_cast<int>(column % image.nx), image.first + static_cast<int>(column / image.nx), slice,
            column * image.nz + slice};
}

/** Bits behind the point of places on a column of a detector. */
TOMOGRID_BOTH int shiftOf(int rows) {
    int zeros = 0;
    while (zeros < 31 && (rows >> (31 - zeros) & 1) == 0) {
        zeros++;
    }
    return zeros - 2 < 23 ? zeros - 2 : 23;
}

/** Where the slices of a column of voxels are on a column of a detector; io.tomogrid.engine.ct.Column. */
struct SlicePlaces {
    int first, end, shift;
    unsigned start, step;
    int last;
};

TOMOGRID_BOTH int fixedPoint(double place, int shift) {
    return toInt(rint(place * (1 << shift)));
}

TOMOGRID_BOTH SlicePlaces slicePlaces(int rows, double row, double perSlice, int slices) {
    SlicePlaces places;
    const double first = ceil((-ROW_EDGE - row) / perSlice);
    places.first = row >= -ROW_EDGE ? 0 : toInt(first < 2147483647.0 ? first : 2147483647.0);
    const double last = floor((rows - 1 + ROW_EDGE - row) / perSlice) + 1;
    const double end = last < slices ? last : slices;
    places.end = toInt(end > 0 ? end : 0);
    places.shift = shiftOf(rows);
    places.last = fixedPoint(rows - 1, places.shift);
    const double begin = row + places.first * perSlice;
    places.start = static_cast<unsigned>(fixedPoint(begin > 0 ? begin : 0, places.shift));
    places.step = static_cast<unsigned>(fixedPoint(perSlice, places.shift));
    return places;
}

/** Between which rows a slice is. */
struct BetweenRows {
    int below, above;
    float part;
};

TOMOGRID_BOTH BetweenRows betweenRows(const SlicePlaces &places, int slice, int rows) {
    const int unlimited =
            static_cast<int>(places.start + static_cast<unsigned>(slice - places.first) * places.step);
    const int place = unlimited < places.last ? unlimited : places.last;
    const int below = place >> places.shift;
    const float unit = 1.0f / (1 << places.shift);
    return {below, below + 1 < rows ? below + 1 : rows - 1, (place & ((1 << places.shift) - 1)) * unit};
}

/** A flat detector's circle. Laid out as int[5]. */
struct Circle {
    int columns, rows;
    /** Sets of views that are there; a set is one view, or four a quarter of a turn apart. */
    int sets, quarters;
    /** To which quarter of the image the first turns by the first quarter of a turn: 1 or 3. */
    int way;
};

/** Laid out as double[6]. */
struct CircleMm {
    double column, row, source, detector, firstZ, slice;
};

/** The voxel of the first quarter of the image that shares the work with another, and which quarter that is in. */
struct Quarter {
    int i, j, number;
};

TOMOGRID_BOTH Quarter quarter(const Circle &circle, const ImageRows &image, int i, int j) {
    const int n = image.nx;
    if (circle.quarters == 1 || (i < n / 2 && j < n / 2)) {
        return {i, j, 0};
    }
    if (j < n / 2) {
        return {j, n - 1 - i, circle.way};
    }
    return i < n / 2 ? Quarter{n - 1 - j, i, 4 - circle.way} : Quarter{n - 1 - i, n - 1 - j, 2};
}

/** Weighs for the cone and for what is measured twice. Items: views x columns x rows. @param weights [views][columns] */
TOMOGRID_BOTH void weighCone(
        long long n, const Circle &circle, const CircleMm &mm, const double *weights, float *views) {
    const int r = static_cast<int>(n % circle.rows);
    const long long column = n / circle.rows;
    const int c = static_cast<int>(column % circle.columns);
    const double u = (c - (circle.columns - 1) / 2.0) * mm.column;
    const double v = (r - (circle.rows - 1) / 2.0) * mm.row;
    views[n] *= static_cast<float>(read(weights + column) / sqrt(mm.detector * mm.detector + u * u + v * v));
}

/**
 * Adds the views that are there; io.tomogrid.engine.ct.Fdk. Items: see voxelColumn.
 *
 * @param directions [sets][quarters][2]: cosine, sine @param x [nx] mm @param y [ny] mm
 * @param views [sets][quarters][columns][rows], filtered
 */
TOMOGRID_BOTH void backCircle(
        long long n, const Circle &circle, const CircleMm &mm, const ImageRows &image, const double *directions,
        const double *xs, const double *ys, const float *views, float *voxels) {
    const VoxelColumn own = voxelColumn(n, image);
    if (own.slice >= image.nz) {
        return;
    }
    const int remaining = (image.nz - own.slice + SLICE_LANES - 1) / SLICE_LANES;
    const int slices = remaining < SLICES_OF_THREAD ? remaining : SLICES_OF_THREAD;
    const Quarter shared = quarter(circle, image, own.i, own.j);
    const double x = read(xs + shared.i);
    const double y = read(ys + shared.j);
    float sums[SLICES_OF_THREAD];
    TOMOGRID_UNROLL
    for (int q = 0; q < SLICES_OF_THREAD; q++) {
        sums[q] = q < slices ? voxels[own.at + q * SLICE_LANES] : 0;
    }
    for (int place = 0; place < circle.sets * circle.quarters; place++) {
        const double cosine = read(directions + 2 * place);
        const double sine = read(directions + 2 * place + 1);
        const double distance = mm.source + x * sine - y * cosine;
        const double magnified = mm.detector / distance;
        const double u = (x * cosine + y * sine) * magnified / mm.column + (circle.columns - 1) / 2.0;
        const int left = toInt(floor(u));
        if (left < 0 || left >= circle.columns - 1) {
            continue;
        }
        const double near = mm.source / distance;
        const float weight = static_cast<float>(near * near);
        const float ofRight = static_cast<float>(u - left) * weight;
        const float ofLeft = weight - ofRight;
        const double row = mm.firstZ * magnified / mm.row + (circle.rows - 1) / 2.0;
        const SlicePlaces places = slicePlaces(circle.rows, row, mm.slice * magnified / mm.row, image.nz);
        const int view = place / circle.quarters * circle.quarters
                + (place % circle.quarters + shared.number) % circle.quarters;
        const float *one = views + (static_cast<long long>(view) * circle.columns + left) * circle.rows;
        const float *other = one + circle.rows;
        TOMOGRID_UNROLL
        for (int q = 0; q < SLICES_OF_THREAD; q++) {
            const int k = own.slice + q * SLICE_LANES;
            if (k >= places.first && k < places.end) {
                const BetweenRows rows = betweenRows(places, k, circle.rows);
                const float below = ofLeft * read(one + rows.below) + ofRight * read(other + rows.below);
                const float above = ofLeft * read(one + rows.above) + ofRight * read(other + rows.above);
                sums[q] += below + rows.part * (above - below);
            }
        }
    }
    TOMOGRID_UNROLL
    for (int q = 0; q < SLICES_OF_THREAD; q++) {
        if (q < slices) {
            voxels[own.at + q * SLICE_LANES] = sums[q];
        }
    }
}

/** Parallel views of a curved detector's scan. Laid out as int[3]. */
struct Helix {
    int bins, rows;
    /** Angles theta that are there. */
    int thetas;
};

/** Laid out as double[6]. */
struct HelixMm {
    double firstT, stepT, row, centralRow, firstZ, slice;
};

struct HelixTables {
    /** [thetas + 1]: where the views of a theta begin. */
    const int *starts;
    /** [views]: which place of the focal spot. */
    const int *spots;
    /** [views][2]: cosine, sine. */
    const double *directions;
    /** [spots][2]: from the axis, along the axis, mm. */
    const double *places;
    /** [spots][bins]: from the spot to the detector in the plane, mm. */
    const double *lengths;
    /** [views][bins]: where along z the spot was, mm. */
    const float *spotZ;
    /** [rows]. */
    const float *weights;
    /** [views][bins][rows], filtered. */
    const float *views;
};

/** What one view says of a column of voxels. */
struct HelixPlace {
    int left;
    float right;
    double row, perSlice;
};

/** @return false beside the detector */
TOMOGRID_BOTH bool helixPlace(
        const Helix &helix, const HelixMm &mm, const HelixTables &tables, int view, double x, double y,
        HelixPlace &place) {
    const double cosine = read(tables.directions + 2 * view);
    const double sine = read(tables.directions + 2 * view + 1);
    const double t = x * cosine + y * sine;
    const double bin = (t - mm.firstT) / mm.stepT;
    place.left = toInt(floor(bin));
    if (place.left < 0 || place.left >= helix.bins - 1) {
        return false;
    }
    place.right = static_cast<float>(bin - place.left);
    const int spot = read(tables.spots + view);
    const double source = read(tables.places + 2 * spot);
    const double distance = sqrt(source * source - t * t) + x * sine - y * cosine;
    const float *spotZ = tables.spotZ + static_cast<long long>(view) * helix.bins + place.left;
    const double z = read(spotZ) + (bin - place.left) * (read(spotZ + 1) - read(spotZ));
    const double *length = tables.lengths + static_cast<long long>(spot) * helix.bins + place.left;
    const double toDetector = read(length) + (bin - place.left) * (read(length + 1) - read(length));
    const double magnified = toDetector / distance / mm.row;
    place.row = (mm.firstZ - z) * magnified + read(tables.places + 2 * spot + 1) / mm.row + mm.centralRow;
    place.perSlice = mm.slice * magnified;
    return true;
}

/**
 * Adds the average of each theta's views; io.tomogrid.engine.ct.WeightedFbp. Items: see voxelColumn.
 *
 * @param inside [ny][nx], 0 for columns of voxels that are left alone
 * @param seen like the image: of how many thetas a voxel was seen, added to
 */
TOMOGRID_BOTH void backHelix(
        long long n, const Helix &helix, const HelixMm &mm, const ImageRows &image, const HelixTables &tables,
        const double *xs, const double *ys, const unsigned char *inside, float *voxels, int *seen) {
    const VoxelColumn own = voxelColumn(n, image);
    if (own.slice >= image.nz || read(inside + own.j * image.nx + own.i) == 0) {
        return;
    }
    const int remaining = (image.nz - own.slice + SLICE_LANES - 1) / SLICE_LANES;
    const int slices = remaining < SLICES_OF_THREAD ? remaining : SLICES_OF_THREAD;
    const double x = read(xs + own.i);
    const double y = read(ys + own.j);
    float sums[SLICES_OF_THREAD];
    int thetas[SLICES_OF_THREAD];
    TOMOGRID_UNROLL
    for (int q = 0; q < SLICES_OF_THREAD; q++) {
        sums[q] = q < slices ? voxels[own.at + q * SLICE_LANES] : 0;
        thetas[q] = 0;
    }
    for (int theta = 0; theta < helix.thetas; theta++) {
        float values[SLICES_OF_THREAD] = {};
        float weights[SLICES_OF_THREAD] = {};
        const int end = read(tables.starts + theta + 1);
        for (int view = read(tables.starts + theta); view < end; view++) {
            HelixPlace place;
            if (!helixPlace(helix, mm, tables, view, x, y, place)) {
                continue;
            }
            const SlicePlaces places = slicePlaces(helix.rows, place.row, place.perSlice, image.nz);
            const float *one = tables.views + (static_cast<long long>(view) * helix.bins + place.left) * helix.rows;
            const float *other = one + helix.rows;
            TOMOGRID_UNROLL
            for (int q = 0; q < SLICES_OF_THREAD; q++) {
                const int k = own.slice + q * SLICE_LANES;
                if (k >= places.first && k < places.end) {
                    const BetweenRows rows = betweenRows(places, k, helix.rows);
                    const float weightBelow = read(tables.weights + rows.below);
                    const float weightAbove = read(tables.weights + rows.above);
                    const float below = weightBelow
                            * ((1 - place.right) * read(one + rows.below) + place.right * read(other + rows.below));
                    const float above = weightAbove
                            * ((1 - place.right) * read(one + rows.above) + place.right * read(other + rows.above));
                    values[q] += below + rows.part * (above - below);
                    weights[q] += weightBelow + rows.part * (weightAbove - weightBelow);
                }
            }
        }
        TOMOGRID_UNROLL
        for (int q = 0; q < SLICES_OF_THREAD; q++) {
            if (weights[q] > 0) {
                sums[q] += values[q] / weights[q];
                thetas[q]++;
            }
        }
    }
    TOMOGRID_UNROLL
    for (int q = 0; q < SLICES_OF_THREAD; q++) {
        if (q < slices) {
            voxels[own.at + q * SLICE_LANES] = sums[q];
            seen[own.at + q * SLICE_LANES] += thetas[q];
        }
    }
}

/** Parallel views of one slice. Laid out as int[4]. */
struct Parallel {
    int bins, views, nx, ny;
};

/**
 * io.tomogrid.engine.ct.ParallelFbp. Items: pixels.
 *
 * @param directions [views][2]: cosine, sine @param scale pi
 * @param views [views][bins], filtered
 */
TOMOGRID_BOTH void backParallel(
        long long n, const Parallel &scan, double binMm, double pi, const double *directions, const double *xs,
        const double *ys, const float *views, float *pixels) {
    const double x = read(xs + n % scan.nx);
    const double y = read(ys + n / scan.nx);
    float sum = 0;
    for (int v = 0; v < scan.views; v++) {
        const double along = y * read(directions + 2 * v + 1);
        const double bin = (x * read(directions + 2 * v) + along) / binMm + (scan.bins - 1) / 2.0;
        const int left = toInt(floor(bin));
        if (left >= 0 && left < scan.bins - 1) {
            const float part = static_cast<float>(bin - left);
            const float *at = views + static_cast<long long>(v) * scan.bins + left;
            const float value = (1 - part) * read(at) + part * read(at + 1);
            sum += static_cast<float>(value * pi / scan.views);
        }
    }
    pixels[n] = sum;
}

}  // namespace tomogrid
