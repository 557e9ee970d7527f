package io.tomogrid.gateway.delivery;

/** How one try at a delivery ended. */
sealed interface Outcome {

    /** The peer answered Success, or a warning: it holds the object. */
    record Accepted(String remark) implements Outcome {}

    /** The peer committed itself to keep the object. */
    record Committed() implements Outcome {}

    /** The peer does not want this object, now or later. */
    record Refused(String reason) implements Outcome {}

    /** The object did not get there; it may the next time. */
    record Failed(String reason) implements Outcome {}

    /** The connection broke after data was sent. The peer is asked; if need be the same bytes go again. */
    record Unknown(String reason) implements Outcome {}
}
