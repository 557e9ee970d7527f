// Trilinear sampling, the same operations in the same order as io.tomogrid.engine.resample.Trilinear and IndexMap.
#pragma once

#include "portable.cuh"

namespace tomogrid {

/** Voxels: what differs by less is taken for rounding; IndexMap.SNAP. */
constexpr double SNAP = 1e-6;

/** From the indices of one grid to those of another: origin + i·column + j·row + k·slice. Laid out as double[12]. */
struct IndexMap {
    double origin[3];
    double column[3];
    double row[3];
    double slice[3];
};

/** @param axis 0 x, 1 y, 2 z */
TOMOGRID_BOTH double mapped(const IndexMap &map, Place p, int axis) {
    return map.origin[axis] + (p.i * map.column[axis] + p.j * map.row[axis] + p.k * map.slice[axis]);
}

TOMOGRID_BOTH bool inside(double index, int extent) {
    return index >= -0.5 - SNAP && index <= extent - 0.5 + SNAP;
}

TOMOGRID_BOTH int lower(double index, int extent) {
    const int floored = static_cast<int>(floor(index + SNAP));
    const int capped = floored < extent - 1 ? floored : extent - 1;
    return capped > 0 ? capped : 0;
}

TOMOGRID_BOTH float weight(double index, int lower) {
    const double w = index - lower;
    return w < SNAP ? 0.0f : static_cast<float>(w);
}

TOMOGRID_BOTH float lerp(float a, float b, float w) {
    return a + w * (b - a);
}

/** @param outside what places beyond the outermost voxel faces have */
TOMOGRID_BOTH float sample(const float *voxels, Grid grid, const IndexMap &map, Place p, float outside) {
    const double x = mapped(map, p, 0);
    const double y = mapped(map, p, 1);
    const double z = mapped(map, p, 2);
    if (!inside(x, grid.nx) || !inside(y, grid.ny) || !inside(z, grid.nz)) {
        return outside;
    }
    const int i0 = lower(x, grid.nx);
    const int j0 = lower(y, grid.ny);
    const int k0 = lower(z, grid.nz);
    const float wx = weight(x, i0);
    const float wy = weight(y, j0);
    const float wz = weight(z, k0);
    const int i1 = i0 + 1 < grid.nx ? i0 + 1 : grid.nx - 1;
    const long long plane = static_cast<long long>(grid.nx) * grid.ny;
    const float *near = voxels + k0 * plane + static_cast<long long>(j0) * grid.nx;
    const float *far = near + (k0 + 1 < grid.nz ? plane : 0);
    const int down = j0 + 1 < grid.ny ? grid.nx : 0;
    const float left = lerp(lerp(near[i0], far[i0], wz), lerp(near[down + i0], far[down + i0], wz), wy);
    const float right = lerp(lerp(near[i1], far[i1], wz), lerp(near[down + i1], far[down + i1], wz), wy);
    return lerp(left, right, wx);
}

}  // namespace tomogrid
