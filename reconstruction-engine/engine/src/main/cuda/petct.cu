// The operations of petct-standard and pet-osem: each kernel gives one thread one item. The arithmetic is in the headers.
#include "joseph.cuh"
#include "osem.cuh"
#include "rotation.cuh"
#include "sphere.cuh"
#include "trilinear.cuh"

namespace {

__device__ inline long long item() {
    return static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
}

}  // namespace

extern "C" {

/** Items: voxels of `to`, which are some slices of a grid. @param first the first of them */
__global__ void resample(
        long long items, const float *voxels, tomogrid::Grid grid, tomogrid::IndexMap map, tomogrid::Grid to, int first,
        float outside, float *out) {
    const long long n = item();
    if (n < items) {
        tomogrid::Place p = tomogrid::place(n, to);
        p.k += first;
        out[n] = tomogrid::sample(voxels, grid, map, p, outside);
    }
}

/** Items: nodes of the slab. */
__global__ void sample_nodes(
        long long items, tomogrid::Slab slab, const float *voxels, tomogrid::Grid grid, tomogrid::IndexMap map,
        float zero, float step, int *nodes) {
    const long long n = item();
    if (n < items) {
        tomogrid::sampleNode(n, slab, voxels, grid, map, zero, step, nodes);
    }
}

/** Items: voxels of the volume. */
__global__ void raise_nodes(
        long long items, tomogrid::Slab slab, const float *voxels, tomogrid::Grid grid, tomogrid::IndexMap map,
        float zero, float step, int *nodes) {
    const long long n = item();
    if (n < items) {
        tomogrid::raiseNode(n, slab, voxels, grid, map, zero, step, nodes);
    }
}

/** Items: pixels of the slab's projected frames. */
__global__ void project_nodes(
        long long items, tomogrid::Slab slab, const int *nodes, const double *alongX, const double *alongY,
        const double *directions, unsigned short *pixels) {
    const long long n = item();
    if (n < items) {
        tomogrid::projectPixel(n, slab, nodes, alongX, alongY, directions, pixels);
    }
}

/** Items: pixels of all frames. */
__global__ void blend(
        long long items, const unsigned short *pet, const unsigned short *ct, const unsigned char *petLevels,
        const unsigned char *ctLevels, unsigned char *rgb) {
    const long long n = item();
    if (n < items) {
        tomogrid::blendPixel(n, pet, ct, petLevels, ctLevels, rgb);
    }
}

/** Items: centres. @param reach along x, y, z, laid out as int[3] */
__global__ void sphere_means(
        long long items, const float *suv, tomogrid::Grid grid, const int *centres, const int *offsets,
        const double *weights, int count, tomogrid::Grid reach, double *means) {
    const long long n = item();
    if (n < items) {
        const tomogrid::Sphere sphere = {offsets, weights, count, reach.nx, reach.ny, reach.nz};
        means[n] = tomogrid::sphereMean(suv, grid, sphere, centres[n]);
    }
}

/** Items: see tomogrid::forwardPlanes. */
__global__ void project_planes(
        long long items, tomogrid::Scan scan, const double *courses, const int *rows, const float *steps,
        const double *slices, const int *planes, const int *views, const int *chunks, const float *image,
        float *projections) {
    const long long n = item();
    if (n < items) {
        tomogrid::forwardPlanes(n, scan, {courses, rows, steps, slices, planes}, views, chunks, image, projections);
    }
}

/** Items: see tomogrid::backTile. @param alongY 0 or 1 */
__global__ void back_project_tiles(
        long long items, tomogrid::Scan scan, const double *courses, const int *rows, const float *steps,
        const double *slices, const int *planes, const int *views, int alongY, const unsigned *crossing,
        const float *projections, float *image) {
    const long long n = item();
    if (n < items) {
        tomogrid::backTile(
                n, scan, {courses, rows, steps, slices, planes}, views, alongY != 0, crossing, projections, image);
    }
}

/** Items: bins of the subset. */
__global__ void osem_ratio(
        long long items, const float *counts, const float *factors, const float *additive, int planesOfLine,
        float *projections) {
    const long long n = item();
    if (n < items) {
        tomogrid::ratio(n, counts, factors, additive, planesOfLine, projections);
    }
}

/** Items: voxels. */
__global__ void osem_update(
        long long items, const float *correction, const float *sensitivity, float least, float *image) {
    const long long n = item();
    if (n < items) {
        tomogrid::corrected(n, correction, sensitivity, least, image);
    }
}

}  // extern "C"
