package io.tomogrid.dicom.net;

/** One instance by its class and its UID. */
public record SopReference(String sopClassUid, String sopInstanceUid) {}
