// Means of spheres, for SUVpeak: io.tomogrid.engine.lesion.PeakSphere.
#pragma once

#include "portable.cuh"

namespace tomogrid {

/** A sphere as the voxels that it covers. */
struct Sphere {
    const int *offsets;
    const double *weights;
    int count;
    /** Voxels from the centre to the farthest, along x, y, z. */
    int reachX, reachY, reachZ;
};

/** @return the mean about a voxel, its terms added in the sphere's order; NaN where the sphere leaves the volume */
TOMOGRID_BOTH double sphereMean(const float *suv, Grid grid, const Sphere &sphere, int centre) {
    const Place p = place(centre, grid);
    if (p.i < sphere.reachX || p.i + sphere.reachX >= grid.nx || p.j < sphere.reachY || p.j + sphere.reachY >= grid.ny
            || p.k < sphere.reachZ || p.k + sphere.reachZ >= grid.nz) {
        return NAN;
    }
    double mean = 0;
    for (int n = 0; n < sphere.count; n++) {
        mean += sphere.weights[n] * suv[centre + sphere.offsets[n]];
    }
    return mean;
}

}  // namespace tomogrid
