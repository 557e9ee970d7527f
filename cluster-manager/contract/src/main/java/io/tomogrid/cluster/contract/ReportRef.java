package io.tomogrid.cluster.contract;

import java.io.Serializable;

/**
 * A structured report that was made of an earlier revision of the study.
 *
 * @param seriesUid Series Instance UID (0020,000E)
 * @param sopClassUid SOP Class UID (0008,0016)
 * @param sopInstanceUid SOP Instance UID (0008,0018)
 */
public record ReportRef(String seriesUid, String sopClassUid, String sopInstanceUid) implements Serializable {}
