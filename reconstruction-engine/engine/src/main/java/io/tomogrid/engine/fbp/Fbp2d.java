package io.tomogrid.engine.fbp;

import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.osem.EmissionData;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;

/**
 * Filtered back projection of the direct planes, each by itself, with the ramp of Kak & Slaney, Principles of Computerized
 * Tomographic Imaging (1988), section 3.3. Linear in the data, so its values can be compared between scans; noise is not its
 * strength. The same bits on any number of threads.
 *
 * @param grid with a slice for each direct plane
 */
public record Fbp2d(CylindricalScanner scanner, PetGrid grid, Parallel parallel) {
    public Fbp2d {
        AxialSegment first = scanner.segments().get(0);
        if (first.ringDifference() != 0 || first.planes() != grid.nz()) {
            throw new IllegalArgumentException(
                    "filtered back projection: expected a first segment of direct planes, one for" + " each of "
                            + grid.nz() + " slices, got " + first);
        }
    }

    /** What remains of counts without background, attenuation and efficiencies; 0 where a bin sees nothing. */
    public static float[] corrected(EmissionData data) {
        float[] integrals = new float[data.counts().length];
        int perAdditive = data.binsPerAdditive();
        for (int n = 0; n < integrals.length; n++) {
            float factor = data.multiplicative()[n];
            integrals[n] = factor > 0 ? (data.counts()[n] - data.additive()[n / perAdditive]) / factor : 0;
        }
        return integrals;
    }

    /** @param integrals of all bins, in the order of the scanner's sinograms @return [nx][ny][nz], of the integrals' unit/mm */
    public float[] reconstruct(float[] integrals) {
        if (integrals.length != scanner.bins()) {
            throw new IllegalArgumentException(
                    "filtered back projection: expected " + scanner.bins() + " bins, got " + integrals.length);
        }
        int nz = grid.nz();
        double spacing = scanner.radiusMm() * Math.sin(Math.PI / scanner.crystalsPerRing());
        int half = (int) Math.floor(distance(scanner.radialBins() - 1) / spacing);
        int samples = 2 * half + 1;
        float[][] filtered = new float[scanner.views()][];
        parallel.run(
                filtered.length,
                view -> filtered[view] = filtered(parallelLines(integrals, view, spacing, half), samples, spacing));
        float[] image = new float[grid.voxels()];
        double scale = Math.PI / scanner.views();
        parallel.run(grid.nx(), i -> {
            for (int j = 0; j < grid.ny(); j++) {
                double x = grid.centre(i, j, 0).x();
                double y = grid.centre(i, j, 0).y();
                int to = (i * grid.ny() + j) * nz;
                for (int view = 0; view < filtered.length; view++) {
                    double place = (x * Math.cos(angle(view)) + y * Math.sin(angle(view))) / spacing + half;
                    int left = (int) Math.floor(place);
                    if (left >= 0 && left < samples - 1) {
                        float right = (float) (scale * (place - left));
                        add(image, to, filtered[view], left * nz, nz, (float) scale - right);
                        add(image, to, filtered[view], (left + 1) * nz, nz, right);
                    }
                }
            }
        });
        return image;
    }

    /** Of the normal of a view's even lines; those of odd ones lie half a crystal before, or in the next view behind. */
    private double angle(int view) {
        return 2 * Math.PI * (view + scanner.crystalsPerRing() / 4.0 + scanner.phase()) / scanner.crystalsPerRing();
    }

    /** Signed, from the axis along the view's normal, mm. */
    private double distance(int radial) {
        int k = radial - scanner.radialBins() / 2;
        return scanner.radiusMm() * Math.sin(Math.PI * k / scanner.crystalsPerRing());
    }

    /** Integrals of a view at even distances, [samples][planes]: arc correction. */
    private float[] parallelLines(float[] integrals, int view, double spacing, int half) {
        int nz = grid.nz();
        float[] lines = new float[(2 * half + 1) * nz];
        int middle = scanner.radialBins() / 2;
        for (int n = -half; n <= half; n++) {
            double k = Math.asin(n * spacing / scanner.radiusMm()) / Math.PI * scanner.crystalsPerRing();
            int lower = (int) Math.floor(k);
            float upper = (float) (k - lower);
            addLine(integrals, view, lower + middle, lines, (n + half) * nz, 1 - upper);
            addLine(integrals, view, lower + 1 + middle, lines, (n + half) * nz, upper);
        }
        return lines;
    }

    /** Odd lines are the mean of this view's and the next one's, which lie on either side. */
    private void addLine(float[] integrals, int view, int radial, float[] out, int to, float weight) {
        if (radial < 0 || radial >= scanner.radialBins() || weight == 0) {
            return;
        }
        int k = radial - scanner.radialBins() / 2;
        if (k % 2 == 0) {
            add(out, to, integrals, start(view, radial), grid.nz(), weight);
            return;
        }
        boolean last = view == scanner.views() - 1;
        // half a turn further the first view comes again, the other way round
        int next = last ? scanner.radialBins() / 2 - k : radial;
        boolean there = next >= 0 && next < scanner.radialBins();
        add(out, to, integrals, start(view, radial), grid.nz(), there ? weight / 2 : weight);
        if (there) {
            add(out, to, integrals, start(last ? 0 : view + 1, next), grid.nz(), weight / 2);
        }
    }

    private int start(int view, int radial) {
        return (view * scanner.radialBins() + radial) * scanner.planes();
    }

    private float[] filtered(float[] lines, int samples, double spacing) {
        int nz = grid.nz();
        float[] filtered = new float[lines.length];
        for (int n = 0; n < samples; n++) {
            add(filtered, n * nz, lines, n * nz, nz, (float) (1 / (4 * spacing)));
            for (int m = 0; m < samples; m++) {
                int by = m - n;
                if (by % 2 != 0) {
                    float weight = (float) (-1 / (Math.PI * Math.PI * by * by * spacing));
                    add(filtered, n * nz, lines, m * nz, nz, weight);
                }
            }
        }
        return filtered;
    }

    private static void add(float[] out, int to, float[] in, int from, int count, float weight) {
        for (int n = 0; n < count; n++) {
            out[to + n] += weight * in[from + n];
        }
    }
}
