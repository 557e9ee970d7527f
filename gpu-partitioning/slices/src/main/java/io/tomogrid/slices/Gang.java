package io.tomogrid.slices;

/**
 * Several slices that are of use only together.
 *
 * @param name for whom GPUs are kept free; not empty
 * @param each what every one of its members needs
 * @param count members
 * @param oneHost whether they must be on one host
 */
public record Gang(String name, SliceRequest each, int count, boolean oneHost) {
    public Gang {
        if (name.isEmpty() || count < 1) {
            throw new IllegalArgumentException("a gang has a name and at least one member: \"" + name + "\", " + count);
        }
    }
}
