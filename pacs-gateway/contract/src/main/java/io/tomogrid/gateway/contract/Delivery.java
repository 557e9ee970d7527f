package io.tomogrid.gateway.contract;

/** How one result object fared on its way to one destination. */
public sealed interface Delivery {
    /** Not sent yet, or to be tried again. @param attempts tries so far @param lastReason why the last one failed, or empty */
    record Pending(int attempts, String lastReason) implements Delivery {}

    /** The peer holds it and committed to keep it (PS3.4 Annex J). */
    record Committed() implements Delivery {}

    /** The peer answered Success to C-STORE and offers no storage commitment. */
    record Accepted() implements Delivery {}

    /** The peer refused it for good. @param dicomStatus status of the C-STORE-RSP, 0 when there was none */
    record Refused(int dicomStatus, String reason) implements Delivery {}

    /** The connection broke after the data was sent: the peer may or may not hold it. Ask before sending again. */
    record Unknown(String reason) implements Delivery {}
}
