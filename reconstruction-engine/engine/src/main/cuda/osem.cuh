// The two steps of OSEM between the projections, to the bit what io.tomogrid.engine.osem.ProcessorUpdates computes.
#pragma once

#include "portable.cuh"

namespace tomogrid {

/**
 * Turns a line integral into m·y/(m·Ax + s); a bin that expects nothing adds nothing.
 *
 * @param factors m, attenuation x normalisation @param additive s of each line, alike in all planes
 */
TOMOGRID_BOTH void ratio(
        long long n, const float *counts, const float *factors, const float *additive, int planesOfLine,
        float *projections) {
    const float factor = read(factors + n);
    const float expected = factor * projections[n] + read(additive + n / planesOfLine);
    projections[n] = expected > 0 ? factor * read(counts + n) / expected : 0;
}

/** A voxel that the subset hardly sees keeps its value. @param least what it must see a voxel with */
TOMOGRID_BOTH void corrected(
        long long n, const float *correction, const float *sensitivity, float least, float *image) {
    const float seen = read(sensitivity + n);
    if (seen > least) {
        image[n] *= read(correction + n) / seen;
    }
}

}  // namespace tomogrid
