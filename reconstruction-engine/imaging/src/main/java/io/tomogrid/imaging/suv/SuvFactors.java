package io.tomogrid.imaging.suv;

import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Volume;
import java.util.List;
import java.util.stream.IntStream;

/** Whether a PET series can be turned into SUVbw, and how. */
public sealed interface SuvFactors {
    /** UCUM unit of SUVbw. */
    String UNIT = "g/ml{SUVbw}";

    /**
     * @param perSlice what the rescaled values of each slice are multiplied by to give SUVbw, g/ml; positive and finite
     * @param how which way was gone, with the attributes and their values; no patient identity, no dates
     * @param others the other kinds of SUV, each as a multiple of SUVbw or refused
     */
    record Computed(double[] perSlice, SuvDerivation how, List<SuvScale> others) implements SuvFactors {
        public Computed {
            perSlice = perSlice.clone();
            others = List.copyOf(others);
        }

        /** One sentence for each step. */
        public List<String> derivation() {
            return how.steps();
        }

        @Override
        public double[] perSlice() {
            return perSlice.clone();
        }

        /**
         * The volume in SUVbw.
         *
         * @param rescaled volume of rescaled values whose slices are in the order of the factors
         * @throws IllegalArgumentException if there is not one factor for each slice
         */
        public Volume apply(Volume rescaled) {
            GridSize size = rescaled.geometry().size();
            if (size.nz() != perSlice.length) {
                throw new IllegalArgumentException(
                        "expected " + size.nz() + " factors, one for each slice, got " + perSlice.length);
            }
            float[] in = rescaled.voxels();
            float[] out = new float[in.length];
            int plane = size.nx() * size.ny();
            IntStream.range(0, size.nz()).parallel().forEach(k -> {
                for (int p = k * plane; p < (k + 1) * plane; p++) {
                    out[p] = (float) (in[p] * perSlice[k]);
                }
            });
            return new Volume(rescaled.geometry(), out, UNIT);
        }
    }

    /** @param reason which attribute stands in the way and what to do; no patient data */
    record Refused(String reason) implements SuvFactors {}
}
