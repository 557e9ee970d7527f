// The operations of petct-standard: each kernel gives one thread one item. The arithmetic is in the headers.
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

}  // extern "C"
