package io.tomogrid.dicom.object;

/** What each result says of itself until a reader has given his verdict. */
final class ReviewState {
    static final String NOT_REVIEWED = "AI result, not reviewed";

    private ReviewState() {}
}
