package io.tomogrid.cluster.contract;

import java.io.Serializable;

/** An earlier study of the same patient, as the same protocol found it. */
public record PriorStudy(String studyUid, Findings findings) implements Serializable {}
