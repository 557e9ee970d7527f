package io.tomogrid.engine.projector;

import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;

/** Projections of a scanner of finite resolution: the image is blurred by a Gaussian in front of another projector. */
public final class BlurredProjector implements Projector {
    /* The blur is symmetric, nothing lies outside the grid: it is its own adjoint. Each pass is parallel over lines of voxels that
     * it does not mix, so the bits do not depend on the threads. */

    private static final double FWHM_OF_SIGMA = 2 * Math.sqrt(2 * Math.log(2));
    private static final double REACH = 3;

    private final Projector sharp;
    private final Parallel parallel;
    private final float[] across;
    private final float[] along;

    /** @param sharp closed with this @param fwhmMm of the resolution, over 0 */
    public BlurredProjector(Projector sharp, double fwhmMm, Parallel parallel) {
        this.sharp = sharp;
        this.parallel = parallel;
        this.across = kernel(fwhmMm, sharp.grid().voxelMm());
        this.along = kernel(fwhmMm, sharp.grid().sliceMm());
    }

    /** From the middle outwards; with both sides it sums to 1. @param stepMm from a value to the next */
    public static float[] kernel(double fwhmMm, double stepMm) {
        if (!(fwhmMm > 0) || fwhmMm > 100) {
            throw new IllegalArgumentException(
                    "resolution: expected a full width over 0 and at most 100 mm, got " + fwhmMm);
        }
        double sigma = fwhmMm / FWHM_OF_SIGMA / stepMm;
        double[] values = new double[1 + (int) Math.ceil(REACH * sigma)];
        double sum = 0;
        for (int n = 0; n < values.length; n++) {
            values[n] = Math.exp(-n * n / (2 * sigma * sigma));
            sum += n == 0 ? values[n] : 2 * values[n];
        }
        float[] kernel = new float[values.length];
        for (int n = 0; n < kernel.length; n++) {
            kernel[n] = (float) (values[n] / sum);
        }
        return kernel;
    }

    @Override
    public CylindricalScanner scanner() {
        return sharp.scanner();
    }

    @Override
    public PetGrid grid() {
        return sharp.grid();
    }

    @Override
    public void forward(float[] image, int[] views, float[] projections) {
        sharp.forward(blurred(image), views, projections);
    }

    @Override
    public void back(float[] projections, int[] views, float[] image) {
        sharp.back(projections, views, image);
        System.arraycopy(blurred(image), 0, image, 0, image.length);
    }

    /** The image as the scanner's resolution shows it. */
    public float[] blurred(float[] image) {
        int nx = grid().nx();
        int ny = grid().ny();
        int nz = grid().nz();
        float[] first = new float[image.length];
        float[] second = new float[image.length];
        parallel.run(nx * ny, column -> blur(image, first, column * nz, 1, nz, along));
        parallel.run(nx, i -> {
            for (int k = 0; k < nz; k++) {
                blur(first, second, i * ny * nz + k, nz, ny, across);
            }
        });
        parallel.run(ny, j -> {
            for (int k = 0; k < nz; k++) {
                blur(second, first, j * nz + k, ny * nz, nx, across);
            }
        });
        return first;
    }

    /** @param out OVERWRITTEN along the line of voxels */
    private static void blur(float[] in, float[] out, int start, int stride, int count, float[] kernel) {
        for (int n = 0; n < count; n++) {
            float sum = kernel[0] * in[start + n * stride];
            for (int by = 1; by < kernel.length; by++) {
                float before = n >= by ? in[start + (n - by) * stride] : 0;
                float after = n + by < count ? in[start + (n + by) * stride] : 0;
                sum += kernel[by] * (before + after);
            }
            out[start + n * stride] = sum;
        }
    }

    @Override
    public void close() {
        sharp.close();
    }
}
