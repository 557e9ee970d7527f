// The operations of petct-standard, pet-osem and ct-fbp: each kernel gives one thread one item. The arithmetic is in the headers.
#include "blur.cuh"
#include "cone.cuh"
#include "events.cuh"
#include "joseph.cuh"
#include "osem.cuh"
#include "ramp.cuh"
#include "rotation.cuh"
#include "sphere.cuh"
#include "tof.cuh"
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
        const tomogrid::Tables tables{courses, rows, steps, slices, planes};
        tomogrid::backTile(
                n, scan, tables, views, alongY != 0, crossing, tomogrid::ColumnOfLine{scan, tables, projections}, image);
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

/** Items: see tomogrid::rampBegin. */
__global__ void ramp_begin(
        long long items, tomogrid::Ramp ramp, const int *reversed, const float *views, float *re, float *im) {
    const long long n = item();
    if (n < items) {
        tomogrid::rampBegin(n, ramp, reversed, views, re, im);
    }
}

/** Items: see tomogrid::rampStage. */
__global__ void ramp_stage(
        long long items, tomogrid::Ramp ramp, int half, const float *cosine, const float *sine, float *re, float *im) {
    const long long n = item();
    if (n < items) {
        tomogrid::rampStage(n, ramp, half, cosine, sine, re, im);
    }
}

/** Items: numbers of the transforms. */
__global__ void ramp_turn(
        long long items, tomogrid::Ramp ramp, const int *reversed, const float *response, float *re, float *im) {
    const long long n = item();
    if (n < items) {
        tomogrid::rampTurn(n, ramp, reversed, response, re, im);
    }
}

/** Items: see tomogrid::rampEnd. */
__global__ void ramp_end(long long items, tomogrid::Ramp ramp, const float *re, const float *im, float *views) {
    const long long n = item();
    if (n < items) {
        tomogrid::rampEnd(n, ramp, re, im, views);
    }
}

/** Items: values of the views. */
__global__ void weigh_cone(
        long long items, tomogrid::Circle circle, tomogrid::CircleMm mm, const double *weights, float *views) {
    const long long n = item();
    if (n < items) {
        tomogrid::weighCone(n, circle, mm, weights, views);
    }
}

/** Items: see tomogrid::voxelColumn. */
__global__ void back_project_circle(
        long long items, tomogrid::Circle circle, tomogrid::CircleMm mm, tomogrid::ImageRows image,
        const double *directions, const double *xs, const double *ys, const float *views, float *voxels) {
    const long long n = item();
    if (n < items) {
        tomogrid::backCircle(n, circle, mm, image, directions, xs, ys, views, voxels);
    }
}

/** Items: see tomogrid::voxelColumn. */
__global__ void back_project_helix(
        long long items, tomogrid::Helix helix, tomogrid::HelixMm mm, tomogrid::ImageRows image, const int *starts,
        const int *spots, const double *directions, const double *places, const double *lengths, const float *spotZ,
        const float *weights, const float *views, const double *xs, const double *ys, const unsigned char *inside,
        float *voxels, int *seen) {
    const long long n = item();
    if (n < items) {
        tomogrid::backHelix(
                n, helix, mm, image, {starts, spots, directions, places, lengths, spotZ, weights, views}, xs, ys,
                inside, voxels, seen);
    }
}

/** Items: pixels. */
__global__ void back_project_parallel(
        long long items, tomogrid::Parallel scan, double binMm, double pi, const double *directions, const double *xs,
        const double *ys, const float *views, float *pixels) {
    const long long n = item();
    if (n < items) {
        tomogrid::backParallel(n, scan, binMm, pi, directions, xs, ys, views, pixels);
    }
}

/** Items: voxels. */
__global__ void blur(
        long long items, tomogrid::Grid grid, int axis, int reach, const float *kernel, const float *in, float *out) {
    const long long n = item();
    if (n < items) {
        tomogrid::blurAlong(n, grid, axis, reach, kernel, in, out);
    }
}

/** Items: see tomogrid::forwardTof. */
__global__ void project_tof(
        long long items, tomogrid::Scan scan, const double *courses, const int *rows, const float *steps,
        const double *slices, const int *planes, int bins, tomogrid::TofMm tof, const int *tables,
        const double *places, const float *values, const double *lengths, const int *ofPlanes, const int *views,
        const float *image, float *projections) {
    const long long n = item();
    if (n < items) {
        tomogrid::forwardTof(
                n, scan, {courses, rows, steps, slices, planes}, bins, tof, {tables, places, values}, lengths, ofPlanes,
                views, image, projections);
    }
}

/** Items: see tomogrid::backTile. @param alongY 0 or 1 */
__global__ void back_project_tof(
        long long items, tomogrid::Scan scan, const double *courses, const int *rows, const float *steps,
        const double *slices, const int *planes, int bins, tomogrid::TofMm tof, const int *tables,
        const double *places, const float *values, const double *lengths, const int *ofPlanes, const int *views,
        int alongY, const unsigned *crossing, const float *projections, float *image) {
    const long long n = item();
    if (n < items) {
        const tomogrid::Tables lines{courses, rows, steps, slices, planes};
        const tomogrid::TofTables kernel{tables, places, values};
        tomogrid::backTile(
                n, scan, lines, views, alongY != 0, crossing,
                tomogrid::TofColumnOfLine{scan, lines, bins, tof, kernel, lengths, projections}, image);
    }
}

/** Items: events. @param results OVERWRITTEN */
__global__ void project_events(
        long long items, tomogrid::Scan scan, const double *courses, const int *rows, const float *steps,
        const double *slices, const int *planes, tomogrid::TofMm tof, const int *tables, const double *places,
        const float *values, const double *reaches, const int *ofPlanes, const int *lines, const short *bins,
        const float *image, float *results) {
    const long long n = item();
    if (n < items) {
        const tomogrid::Ray ray = tomogrid::rayOf(
                n, scan, {courses, rows, steps, slices, planes}, tof, {tables, places, values}, {reaches, lines, bins},
                ofPlanes);
        results[n] = tomogrid::integral(ray, image, scan.nz);
    }
}

/** Items: events. @param sums like the image, whole numbers of 1/scale, added to */
__global__ void spread_events(
        long long items, tomogrid::Scan scan, const double *courses, const int *rows, const float *steps,
        const double *slices, const int *planes, tomogrid::TofMm tof, const int *tables, const double *places,
        const float *values, const double *reaches, const int *ofPlanes, const int *lines, const short *bins,
        const float *results, double scale, long long *sums) {
    const long long n = item();
    if (n < items && results[n] != 0) {
        const tomogrid::Ray ray = tomogrid::rayOf(
                n, scan, {courses, rows, steps, slices, planes}, tof, {tables, places, values}, {reaches, lines, bins},
                ofPlanes);
        tomogrid::spread(ray, results[n], sums, scan.nz, scale);
    }
}

/** Items: voxels. @param unit 1/scale @param image OVERWRITTEN */
__global__ void settle_events(long long items, const long long *sums, double unit, float *image) {
    const long long n = item();
    if (n < items) {
        image[n] = static_cast<float>(sums[n] * unit);
    }
}

}  // extern "C"
