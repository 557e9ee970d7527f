package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.AssociationAborted;
import java.io.FilterInputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.PDVInputStream;
import org.dcm4che3.net.pdu.AAbort;

/**
 * The bytes of a data set as they come off the wire: counted, bounded, and not waited for longer than an association may be
 * silent. dcm4che lets only the thread read that it calls.
 */
final class IncomingData extends FilterInputStream {
    private final Socket socket;
    private final long most;
    private long count;
    private IOException failure;

    IncomingData(Association association, PDVInputStream data, long most, Duration idle) throws IOException {
        super(data);
        this.socket = association.getSocket();
        this.most = most;
        socket.setSoTimeout((int) idle.toMillis());
    }

    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (length == 0) {
            return 0;
        }
        int n;
        try {
            n = in.read(into, offset, length);
        } catch (IOException e) {
            failure = new AssociationAborted("the association broke in the middle of a data set", e);
            throw failure;
        }
        if (n > 0) {
            count += n;
            if (count > most) {
                failure = new AssociationAborted("the data set is larger than " + most + " bytes");
                throw failure;
            }
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        return n <= 0 ? 0 : read(new byte[(int) Math.min(n, 8192)]);
    }

    /** Whole, or nothing when it is larger than this; then the rest was passed over. */
    byte[] readAtMost(int bytes) throws IOException {
        byte[] whole = readNBytes(bytes);
        return read() < 0 ? whole : null;
    }

    /** Passes over what is left; after this silence is bounded by dcm4che's own timer again. */
    void finish() throws IOException {
        byte[] scratch = new byte[64 << 10];
        int n;
        do {
            n = read(scratch, 0, scratch.length);
        } while (n >= 0);
        socket.setSoTimeout(0);
    }

    /** @throws IOException what dcm4che is to end the association with, if the stream broke */
    void check() throws IOException {
        if (failure != null) {
            throw failure.getCause() instanceof AAbort abort ? abort : new AAbort(AAbort.UL_SERIVE_PROVIDER, 0);
        }
    }
}
