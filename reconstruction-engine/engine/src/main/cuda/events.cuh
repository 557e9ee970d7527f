// Single events by time of flight: io.tomogrid.engine.projector.EventRay. An event is a thread. Forward the bits are those of the
// processors. Back, what the events add to a voxel is the same numbers, but they are added as whole numbers of a small unit: so
// the sum does not depend on who comes first, and the bytes are the same on every run. The processors add them in single
// precision, one after the other, and differ from the exact sum by what that rounds.
#pragma once

#include "tof.cuh"

namespace tomogrid {

/** What EventRay looks up of a bin. */
struct EventBins {
    /** [bins][2]: from where to where on a line what a bin measures may be, mm from its middle. */
    const double *reaches;
    /** Events in their order: bin of the sinogram, bin of time of flight. */
    const int *lines;
    const short *bins;
};

/** The way of an event over the grid. */
struct Ray {
    bool alongY;
    int first, last, insideFirst, insideLast;
    int rowStride, columnStride, columns;
    double slope, offset, firstSlice, sliceStep, place, placeStep;
    float step;
    const float *table;
    int tableLength;
};

/** Of a voxel: nearer to the grid's edge a row is looked at; EventRay.EDGE. */
constexpr double RAY_EDGE = 1e-4;

TOMOGRID_BOTH double least(double a, double b) {
    return a < b ? a : b;
}

TOMOGRID_BOTH double greatest(double a, double b) {
    return a > b ? a : b;
}

/** Narrows the rows that need not look where they are by those where a place, which moves by so much, is inside. */
TOMOGRID_BOTH void narrow(double from, double by, double end, double &low, double &high) {
    if (fabs(by) > RAY_EDGE) {
        low = greatest(low, ceil(least(-from / by, (end - from) / by)));
        high = least(high, floor(greatest(-from / by, (end - from) / by)));
    } else if (from < RAY_EDGE || from > end - RAY_EDGE) {
        high = low - 1;
    }
}

TOMOGRID_BOTH Ray rayOf(
        long long event, const Scan &scan, const Tables &tables, const TofMm &tof, const TofTables &kernel,
        const EventBins &events, const int *ofPlanes) {
    const int bin = read(events.bins + event);
    const int line = read(events.lines + event) / scan.planesOfLine;
    const int planeOfLine = read(events.lines + event) % scan.planesOfLine;
    const int segment = read(ofPlanes + 2 * planeOfLine);
    const Path p = path(tables, line);
    Ray ray;
    ray.alongY = p.alongY;
    ray.rowStride = p.alongY ? scan.nz : scan.ny * scan.nz;
    ray.columnStride = p.alongY ? scan.ny * scan.nz : scan.nz;
    ray.columns = p.alongY ? scan.nx : scan.ny;
    ray.slope = p.slope;
    ray.offset = p.offset;
    ray.step = read(tables.steps + static_cast<long long>(line) * scan.segments + segment);
    const double half = p.startFraction - 0.5;
    const double along = read(tables.slices + 2 * segment + 1);
    ray.firstSlice = read(tables.slices + 2 * segment) + along * half + read(ofPlanes + 2 * planeOfLine + 1);
    ray.sliceStep = along * p.stepFraction;
    const double length = ray.step / fabs(p.stepFraction);
    const double firstMm = half * length;
    const double mmStep = p.stepFraction * length;
    const double a = (read(events.reaches + 2 * bin) - firstMm) / mmStep;
    const double b = (read(events.reaches + 2 * bin + 1) - firstMm) / mmStep;
    double low = greatest(p.first, ceil(least(a, b)));
    double high = least(p.last, floor(greatest(a, b)));
    if (ray.sliceStep != 0) {
        const double enters = (-1 - ray.firstSlice) / ray.sliceStep;
        const double leaves = (scan.nz - ray.firstSlice) / ray.sliceStep;
        low = greatest(low, ceil(least(enters, leaves)));
        high = least(high, floor(greatest(enters, leaves)));
    } else if (ray.firstSlice <= -1 || ray.firstSlice >= scan.nz) {
        high = -1;
    }
    ray.first = toInt(low);
    ray.last = toInt(greatest(high, low - 1));
    ray.table = kernel.values + read(kernel.tables + 2 * bin);
    ray.tableLength = read(kernel.tables + 2 * bin + 1);
    ray.place = read(kernel.places + bin) + tof.placePerMm * firstMm;
    ray.placeStep = tof.placePerMm * mmStep;
    low = ray.first;
    high = ray.last;
    narrow(ray.firstSlice, ray.sliceStep, scan.nz - 1 - RAY_EDGE, low, high);
    narrow(ray.offset, ray.slope, ray.columns - 1 - RAY_EDGE, low, high);
    if (high < low) {
        low = ray.last + 1.0;
        high = ray.last;
    }
    ray.insideFirst = toInt(low);
    ray.insideLast = toInt(high);
    return ray;
}

/** Length of a step x the part of it that is measured in the event's bin. */
TOMOGRID_BOTH float weightAt(const Ray &ray, int row) {
    return tofAt(ray.table, ray.tableLength, ray.place + ray.placeStep * row) * ray.step;
}

TOMOGRID_BOTH float pairAt(const float *image, int at, int below, float above, int nz) {
    const float lower = below >= 0 && below < nz ? read(image + at) : 0;
    const float upper = below >= -1 && below < nz - 1 ? read(image + at + 1) : 0;
    return (1 - above) * lower + above * upper;
}

/** Where a ray is at a row: the first of four voxels, and how far it is to the others. */
struct RayPlace {
    int left, below, at;
    float right, above;
};

TOMOGRID_BOTH RayPlace placeAt(const Ray &ray, int row) {
    const double c = ray.slope * row + ray.offset;
    const double z = ray.firstSlice + ray.sliceStep * row;
    RayPlace place;
    place.left = static_cast<int>(floor(c));
    place.below = static_cast<int>(floor(z));
    place.right = static_cast<float>(c - place.left);
    place.above = static_cast<float>(z - place.below);
    place.at = row * ray.rowStride + place.left * ray.columnStride + place.below;
    return place;
}

TOMOGRID_BOTH double integralAtEdge(const Ray &ray, const float *image, int nz, int from, int to) {
    double sum = 0;
    for (int row = from; row <= to; row++) {
        const RayPlace p = placeAt(ray, row);
        float value = 0;
        if (p.left >= 0 && p.left < ray.columns) {
            value += (1 - p.right) * pairAt(image, p.at, p.below, p.above, nz);
        }
        if (p.left >= -1 && p.left < ray.columns - 1) {
            value += p.right * pairAt(image, p.at + ray.columnStride, p.below, p.above, nz);
        }
        sum += value * weightAt(ray, row);
    }
    return sum;
}

/** Items: events. */
TOMOGRID_BOTH float integral(const Ray &ray, const float *image, int nz) {
    double sum = integralAtEdge(ray, image, nz, ray.first, ray.insideFirst - 1);
    for (int row = ray.insideFirst; row <= ray.insideLast; row++) {
        const RayPlace p = placeAt(ray, row);
        const int next = p.at + ray.columnStride;
        const float one = read(image + p.at);
        const float oneAbove = read(image + p.at + 1);
        const float lower = one + p.right * (read(image + next) - one);
        const float upper = oneAbove + p.right * (read(image + next + 1) - oneAbove);
        sum += (lower + p.above * (upper - lower)) * weightAt(ray, row);
    }
    return static_cast<float>(sum + integralAtEdge(ray, image, nz, ray.insideLast + 1, ray.last));
}

/** Adds a whole number of the unit 1/scale. */
TOMOGRID_BOTH void addTo(long long *sums, int at, float value, double scale) {
    add(sums + at, static_cast<long long>(rint(value * scale)));
}

TOMOGRID_BOTH void addPair(
        long long *sums, int at, int below, float above, float value, int nz, double scale) {
    if (below >= 0 && below < nz) {
        addTo(sums, at, (1 - above) * value, scale);
    }
    if (below >= -1 && below < nz - 1) {
        addTo(sums, at + 1, above * value, scale);
    }
}

TOMOGRID_BOTH void spreadAtEdge(
        const Ray &ray, float value, long long *sums, int nz, double scale, int from, int to) {
    for (int row = from; row <= to; row++) {
        const RayPlace p = placeAt(ray, row);
        const float part = value * weightAt(ray, row);
        if (p.left >= 0 && p.left < ray.columns) {
            addPair(sums, p.at, p.below, p.above, (1 - p.right) * part, nz, scale);
        }
        if (p.left >= -1 && p.left < ray.columns - 1) {
            addPair(sums, p.at + ray.columnStride, p.below, p.above, p.right * part, nz, scale);
        }
    }
}

/** Adds what an event of some value leaves in the image. @param sums like the image, in units of 1/scale */
TOMOGRID_BOTH void spread(const Ray &ray, float value, long long *sums, int nz, double scale) {
    spreadAtEdge(ray, value, sums, nz, scale, ray.first, ray.insideFirst - 1);
    for (int row = ray.insideFirst; row <= ray.insideLast; row++) {
        const RayPlace p = placeAt(ray, row);
        const int next = p.at + ray.columnStride;
        const float part = value * weightAt(ray, row);
        const float ofRight = p.right * part;
        const float ofLeft = part - ofRight;
        const float aboveLeft = p.above * ofLeft;
        const float aboveRight = p.above * ofRight;
        addTo(sums, p.at, ofLeft - aboveLeft, scale);
        addTo(sums, p.at + 1, aboveLeft, scale);
        addTo(sums, next, ofRight - aboveRight, scale);
        addTo(sums, next + 1, aboveRight, scale);
    }
    spreadAtEdge(ray, value, sums, nz, scale, ray.insideLast + 1, ray.last);
}

}  // namespace tomogrid
