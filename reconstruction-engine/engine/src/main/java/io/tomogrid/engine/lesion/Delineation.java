package io.tomogrid.engine.lesion;

import java.util.List;
import java.util.Locale;

/** How the extent of a lesion is found from its SUVs, whatever the model's mask says. */
public sealed interface Delineation {
    /** Those that are measured of every lesion. */
    List<Delineation> STANDARD =
            List.of(new Fixed(2.5), new Fixed(4), new Relative(0.41), new Relative(0.5), new Gradient());

    /** For people and documents, e.g. {@code SUV 4.0} or {@code 41 %}. */
    String label();

    /** What has at least an SUV, g/ml. */
    record Fixed(double suv) implements Delineation {
        @Override
        public String label() {
            return String.format(Locale.ROOT, "SUV %.1f", suv);
        }
    }

    /** What has at least a part of the lesion's SUVmax; 0.41 and 0.5 are those of EANM's guideline (Boellaard 2015). */
    record Relative(double ofMaximum) implements Delineation {
        @Override
        public String label() {
            return String.format(Locale.ROOT, "%.0f %%", 100 * ofMaximum);
        }
    }

    /** The isocontour, in steps of 1 % of SUVmax from 20 to 80 %, on whose surface the mean gradient is steepest. */
    record Gradient() implements Delineation {
        @Override
        public String label() {
            return "gradient";
        }
    }
}
