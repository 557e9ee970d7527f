// A Gaussian along one axis, to the bit what io.tomogrid.engine.projector.BlurredProjector computes. Images are [nx][ny][nz].
#pragma once

#include "portable.cuh"

namespace tomogrid {

/** Items: voxels. @param axis 0 x, 1 y, 2 z @param kernel [reach + 1], from the middle outwards @param out OVERWRITTEN */
TOMOGRID_BOTH void blurAlong(
        long long n, Grid grid, int axis, int reach, const float *kernel, const float *in, float *out) {
    const int stride = axis == 2 ? 1 : axis == 1 ? grid.nz : grid.ny * grid.nz;
    const int count = axis == 2 ? grid.nz : axis == 1 ? grid.ny : grid.nx;
    const int at = static_cast<int>(n / stride % count);
    float sum = read(kernel) * read(in + n);
    for (int by = 1; by <= reach; by++) {
        const long long way = static_cast<long long>(by) * stride;
        const float before = at >= by ? read(in + n - way) : 0;
        const float after = at + by < count ? read(in + n + way) : 0;
        sum += read(kernel + by) * (before + after);
    }
    out[n] = sum;
}

}  // namespace tomogrid
