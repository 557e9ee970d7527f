package io.tomogrid.dicom.net;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * @param host address to listen on
 * @param port 0 for any
 * @param aeTitle our AE title: an association to another one is rejected
 * @param callingAllowed which calling AE titles may come in
 * @param maxAssociations at once; one more is rejected for now
 * @param idle an association is aborted after so long a silence
 * @param maxDataSetBytes greatest data set
 */
public record DimseServerConfig(
        String host,
        int port,
        String aeTitle,
        Predicate<String> callingAllowed,
        int maxAssociations,
        Duration idle,
        long maxDataSetBytes) {

    public DimseServerConfig {
        if (!aeTitle.matches("[\\x21-\\x7e&&[^\\\\]]([\\x20-\\x7e&&[^\\\\]]{0,14}[\\x21-\\x7e&&[^\\\\]])?")) {
            throw new IllegalArgumentException(
                    "AE title: expected 1 to 16 printable characters, got " + aeTitle.length());
        }
    }

    /** Loopback, 64 associations, a minute of silence, 4 GiB. */
    public static DimseServerConfig loopback(int port, String aeTitle, Predicate<String> callingAllowed) {
        return new DimseServerConfig("127.0.0.1", port, aeTitle, callingAllowed, 64, Duration.ofSeconds(60), 4L << 30);
    }
}
