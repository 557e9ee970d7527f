package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Reencoder;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** An instance that a C-GET or C-MOVE retrieves. */
public interface Retrievable {
    String sopClassUid();

    String sopInstanceUid();

    /** Of the data set as it is kept. */
    String transferSyntax();

    /**
     * The encoded data set; the caller closes it.
     *
     * @throws IOException the sub-operation fails and the others go on; once the stream was opened, a failure ends the
     *     association on which it is sent
     */
    InputStream open() throws IOException;

    /** In what else it can be sent, the best first. */
    default List<String> alternatives() {
        return Reencoder.alternatives(transferSyntax());
    }

    /**
     * The data set in its own transfer syntax or in one of the {@link #alternatives}; as {@link #open()} otherwise. The
     * same bytes come out every time.
     */
    default InputStream open(String transferSyntax) throws IOException {
        return Reencoder.reencode(open(), transferSyntax(), transferSyntax);
    }

    /** The transfer syntax in which a receiver takes it: its own one if that is possible. */
    default Optional<String> syntaxFor(Predicate<String> accepted) {
        return accepted.test(transferSyntax())
                ? Optional.of(transferSyntax())
                : alternatives().stream().filter(accepted).findFirst();
    }
}
