package io.tomogrid.imaging.assembly;

/** A series of slices that makes no volume which could be quantified. */
public final class VolumeException extends Exception {
    private static final long serialVersionUID = 1;
    private final String remedy;

    VolumeException(String reason, String remedy) {
        super(reason + ": " + remedy);
        this.remedy = remedy;
    }

    /** What to do next; it is also the end of the message. */
    public String remedy() {
        return remedy;
    }
}
