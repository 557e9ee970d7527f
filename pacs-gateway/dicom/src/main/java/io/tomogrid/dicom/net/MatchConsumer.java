package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;

/** Takes the matches of a C-FIND as they come. */
@FunctionalInterface
public interface MatchConsumer {
    /** @return false to cancel; matches that are on their way already are passed over */
    boolean match(Dataset match);
}
