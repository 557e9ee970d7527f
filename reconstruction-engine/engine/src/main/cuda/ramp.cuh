// The ramp filter of computed tomography, to the bit what io.tomogrid.engine.ct.RampFilter computes: a Fourier transform along
// the columns whose every butterfly is a thread. Two rows of a view travel as one complex number, the second as its imaginary
// part; neighbouring threads have neighbouring pairs of rows.
#pragma once

#include "portable.cuh"

namespace tomogrid {

/** Pairs of rows that the processors transform side by side. Which rows are a pair follows from it, and so do the last bits. */
constexpr int PAIRS_OF_BLOCK = 32;

/** Sizes. Laid out as int[4]. */
struct Ramp {
    int columns, rows;
    /** Of the transform, a power of two. */
    int length;
    /** Of rows, all blocks together. */
    int pairs;
};

struct PairOfRows {
    /** The second is -1 where a pair has none. */
    int first, second;
};

TOMOGRID_BOTH PairOfRows rowsOf(const Ramp &ramp, int pair) {
    const int begin = pair / PAIRS_OF_BLOCK * 2 * PAIRS_OF_BLOCK;
    const int some = ramp.rows - begin < 2 * PAIRS_OF_BLOCK ? ramp.rows - begin : 2 * PAIRS_OF_BLOCK;
    const int lanes = (some + 1) / 2;
    const int lane = pair % PAIRS_OF_BLOCK;
    return {begin + lane, lanes + lane < some ? begin + lanes + lane : -1};
}

/** Where a number of a transform is. Numbers are [views][length][pairs]. */
TOMOGRID_BOTH long long number(const Ramp &ramp, long long view, int k, int pair) {
    return (view * ramp.length + k) * ramp.pairs + pair;
}

/** Items: numbers. @param reversed [length] @param views [views][columns][rows] @param re OVERWRITTEN; so im */
TOMOGRID_BOTH void rampBegin(
        long long n, const Ramp &ramp, const int *reversed, const float *views, float *re, float *im) {
    const int pair = static_cast<int>(n % ramp.pairs);
    const long long at = n / ramp.pairs;
    const int column = read(reversed + at % ramp.length);
    const long long start = (at / ramp.length * ramp.columns + column) * ramp.rows;
    const PairOfRows rows = rowsOf(ramp, pair);
    const bool measured = column < ramp.columns;
    re[n] = measured ? read(views + start + rows.first) : 0;
    im[n] = measured && rows.second >= 0 ? read(views + start + rows.second) : 0;
}

/** Items: half the numbers, a butterfly each. @param half how far apart its two are @param cosine [length/2]; so sine */
TOMOGRID_BOTH void rampStage(
        long long n, const Ramp &ramp, int half, const float *cosine, const float *sine, float *re, float *im) {
    const int pair = static_cast<int>(n % ramp.pairs);
    const int butterflies = ramp.length / 2;
    const long long at = n / ramp.pairs;
    const int butterfly = static_cast<int>(at % butterflies);
    const int k = butterfly % half;
    const long long a = number(ramp, at / butterflies, butterfly / half * 2 * half + k, pair);
    const long long b = a + static_cast<long long>(half) * ramp.pairs;
    const float c = read(cosine + k * (butterflies / half));
    const float s = read(sine + k * (butterflies / half));
    const float x = re[b] * c - im[b] * s;
    const float y = re[b] * s + im[b] * c;
    const float u = re[a];
    const float w = im[a];
    re[a] = u + x;
    im[a] = w + y;
    re[b] = u - x;
    im[b] = w - y;
}

/** Times the response, and in the order that the transform back begins with. Items: numbers. */
TOMOGRID_BOTH void rampTurn(
        long long n, const Ramp &ramp, const int *reversed, const float *response, float *re, float *im) {
    const int pair = static_cast<int>(n % ramp.pairs);
    const long long at = n / ramp.pairs;
    const int k = static_cast<int>(at % ramp.length);
    const int other = read(reversed + k);
    if (k > other) {
        return;
    }
    const long long there = number(ramp, at / ramp.length, other, pair);
    const float ownResponse = read(response + k);
    const float otherResponse = read(response + other);
    const float ownRe = re[n] * ownResponse;
    const float ownIm = im[n] * ownResponse;
    const float otherRe = re[there] * otherResponse;
    const float otherIm = im[there] * otherResponse;
    re[n] = otherRe;
    im[n] = otherIm;
    re[there] = ownRe;
    im[there] = ownIm;
}

/** Items: views x columns x pairs. @param views OVERWRITTEN */
TOMOGRID_BOTH void rampEnd(long long n, const Ramp &ramp, const float *re, const float *im, float *views) {
    const int pair = static_cast<int>(n % ramp.pairs);
    const long long at = n / ramp.pairs;
    const long long from = number(ramp, at / ramp.columns, static_cast<int>(at % ramp.columns), pair);
    const PairOfRows rows = rowsOf(ramp, pair);
    views[at * ramp.rows + rows.first] = read(re + from);
    if (rows.second >= 0) {
        views[at * ramp.rows + rows.second] = read(im + from);
    }
}

}  // namespace tomogrid
