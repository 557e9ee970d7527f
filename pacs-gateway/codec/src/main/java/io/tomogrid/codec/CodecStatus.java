package io.tomogrid.codec;

/**
 * Whether this machine decodes some transfer syntaxes.
 *
 * @param formats for people
 * @param debianPackage that brings what is missing; empty if nothing is needed
 */
public record CodecStatus(String formats, boolean present, String debianPackage) {}
