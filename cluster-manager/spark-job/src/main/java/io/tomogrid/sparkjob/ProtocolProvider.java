package io.tomogrid.sparkjob;

/** Brings a protocol onto the executors' class path; found by {@link java.util.ServiceLoader}. */
public interface ProtocolProvider {
    /** The name that routing rules use, e.g. {@code petct-standard}. */
    String name();

    Protocol protocol();
}
