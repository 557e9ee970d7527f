package io.tomogrid.gateway.study;

/** An event within this process, after its transaction: a revision of a study was completed, or results were put beside it. */
public record StudyGrown(String studyUid) {}
