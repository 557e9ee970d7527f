// Rotating maximum intensity projections, to the bit what io.tomogrid.engine.mip.MipRotation defines. Where the processors
// scatter each column of nodes into the frames, here each pixel gathers the nodes that belong to it: no two threads write
// to one place, and neighbouring threads read neighbouring nodes.
#pragma once

#include "trilinear.cuh"

namespace tomogrid {

/** Some rows of all frames, and the nodes of these rows, [row][y][x]. Laid out as int[6]. */
struct Slab {
    int reach;
    /** Of all frames. */
    int firstRow, rows, allRows;
    /** Frames that are projected; the other half, if there is one, mirrors them. */
    int projected;
    int frames;
};

TOMOGRID_BOTH int columns(const Slab &slab) {
    return 2 * slab.reach + 1;
}

TOMOGRID_BOTH bool seen(const Slab &slab, int a, int b) {
    const long long x = a - slab.reach;
    const long long y = b - slab.reach;
    return x * x + y * y <= static_cast<long long>(slab.reach) * slab.reach;
}

/** Quantity.stored: whole steps above zero, halves up, 1 to 65535; 0 for what is below, and for what is no number. */
TOMOGRID_BOTH int stored(float value, float zero, float step) {
    const float steps = (value - zero) / step + 0.5f;
    return steps >= 1 ? static_cast<int>(steps < 65535.0f ? steps : 65535.0f) : 0;
}

TOMOGRID_BOTH int nearest(double index) {
    return static_cast<int>(floor(index + 0.5 + SNAP));
}

/** The n-th node gets the volume's value. @param map from nodes to voxels */
TOMOGRID_BOTH void sampleNode(
        long long n, const Slab &slab, const float *voxels, Grid grid, const IndexMap &map, float zero, float step,
        int *nodes) {
    Place p = place(n, {columns(slab), columns(slab), slab.rows});
    int value = 0;
    if (seen(slab, p.i, p.j)) {
        p.k += slab.firstRow;
        value = stored(sample(voxels, grid, map, p, NAN), zero, step);
    }
    nodes[n] = value;
}

/** The node next to the n-th voxel is raised to it. @param map from voxels to nodes */
TOMOGRID_BOTH void raiseNode(
        long long n, const Slab &slab, const float *voxels, Grid grid, const IndexMap &map, float zero, float step,
        int *nodes) {
    const int value = stored(voxels[n], zero, step);
    if (value == 0) {
        return;
    }
    const Place p = place(n, grid);
    const int a = nearest(mapped(map, p, 0));
    const int b = nearest(mapped(map, p, 1));
    const int s = nearest(mapped(map, p, 2)) - slab.firstRow;
    if (s >= 0 && s < slab.rows && seen(slab, a, b)) {
        raise(nodes + (static_cast<long long>(s) * columns(slab) + b) * columns(slab) + a, value);
    }
}

/**
 * The largest node of one row that belongs to a column of a frame. Walks along the axis that the strip crosses most steeply;
 * in each step at most two nodes can lie in the strip, and three are looked at, since where it begins is rounded.
 *
 * @param alongX what a node's place along x adds to its column in this frame, per node; so alongY
 */
TOMOGRID_BOTH int largest(
        const int *row, int columns, int reach, const double *alongX, const double *alongY, double cosine, double sine,
        int column) {
    const bool byX = fabs(cosine) >= fabs(sine);
    const double slope = byX ? cosine : sine;
    const double *walked = byX ? alongY : alongX;
    const double *searched = byX ? alongX : alongY;
    const int step = byX ? 1 : columns;
    const int stride = byX ? columns : 1;
    int max = 0;
    for (int w = 0; w < columns; w++) {
        const double left = (column - (walked[w] + searched[reach])) / slope;
        const double right = (column + 1 - (walked[w] + searched[reach])) / slope;
        const int first = static_cast<int>(floor(left < right ? left : right)) + reach;
        for (int n = first < 0 ? 0 : first; n < first + 3 && n < columns; n++) {
            const int a = byX ? n : w;
            const int b = byX ? w : n;
            if (static_cast<int>(alongX[a] + alongY[b]) == column) {
                const int value = row[static_cast<long long>(w) * stride + static_cast<long long>(n) * step];
                max = value > max ? value : max;
            }
        }
    }
    return max;
}

/** The n-th pixel of the slab's projected frames, [frame][row][column], and its mirror image. */
TOMOGRID_BOTH void projectPixel(
        long long n, const Slab &slab, const int *nodes, const double *alongX, const double *alongY,
        const double *directions, unsigned short *pixels) {
    const int width = columns(slab);
    const Place p = place(n, {width, slab.rows, slab.projected});
    const long long table = static_cast<long long>(p.k) * width;
    const int value = largest(
            nodes + static_cast<long long>(p.j) * width * width, width, slab.reach, alongX + table, alongY + table,
            directions[2 * p.k], directions[2 * p.k + 1], p.i);
    for (int frame = p.k; frame < slab.frames; frame += slab.projected) {
        const int column = frame == p.k ? p.i : width - 1 - p.i;
        pixels[(static_cast<long long>(frame) * slab.allRows + slab.firstRow + p.j) * width + column] =
                static_cast<unsigned short>(value);
    }
}

/** Hot colours over grey; MipRotation.fused. @param petLevels 0 to 255 per stored value; so ctLevels */
TOMOGRID_BOTH void blendPixel(
        long long n, const unsigned short *pet, const unsigned short *ct, const unsigned char *petLevels,
        const unsigned char *ctLevels, unsigned char *rgb) {
    const int p = petLevels[pet[n]];
    const int g = ctLevels[ct[n]];
    for (int channel = 0; channel < 3; channel++) {
        const int rising = 3 * p - 255 * channel;
        const int hot = rising < 0 ? 0 : rising > 255 ? 255 : rising;
        rgb[3 * n + channel] = static_cast<unsigned char>((g * (255 - p) + hot * p + 127) / 255);
    }
}

}  // namespace tomogrid
