package io.tomogrid.imaging.suv;

/** A rule of the manual cannot be followed; ends the computation and becomes {@link SuvFactors.Refused}. */
final class NotQuantifiable extends Exception {
    private static final long serialVersionUID = 1;

    NotQuantifiable(String reason) {
        super(reason);
    }
}
