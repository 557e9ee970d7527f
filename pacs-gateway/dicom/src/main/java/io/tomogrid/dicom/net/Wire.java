package io.tomogrid.dicom.net;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/**
 * One connection seen as presentation data values, PS3.8 section 9.3.5 and annex E. Used by one thread; {@link #abort}
 * may come from another.
 */
final class Wire implements AutoCloseable {
    /** Greatest P-DATA-TF that we take: large enough that a 512 KB image needs two. */
    static final int MAX_PDU = 256 << 10;

    private static final int COMMAND = 1;
    private static final int LAST = 2;
    private static final int PDV_HEADER = 6;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private byte[] sendBuffer = new byte[0];
    private int pduLeft;

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        // Nagle's algorithm and delayed acknowledgements together cost 40 ms for every instance.
        socket.setTcpNoDelay(true);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 << 10));
        this.out = socket.getOutputStream();
    }

    Socket socket() {
        return socket;
    }

    /** Whether the peer has sent something that was not read yet. */
    boolean hasInput() throws IOException {
        return pduLeft > 0 || in.available() > 0;
    }

    Pdu readPdu() throws IOException {
        try {
            Pdu pdu = PduCodec.read(in);
            pduLeft = pdu instanceof Pdu.PData data ? data.length() : 0;
            return pdu;
        } catch (SocketTimeoutException e) {
            throw new AssociationAborted("the peer was silent for " + socket.getSoTimeout() / 1000 + " s", e);
        } catch (EOFException e) {
            throw new AssociationAborted("the peer closed the connection without a release", e);
        }
    }

    void writePdu(Pdu pdu) throws IOException {
        out.write(PduCodec.write(pdu));
    }

    /** A command set or a data set that is coming in. @param command whether it is a command set */
    final class Incoming extends InputStream {
        private final int contextId;
        private final boolean command;
        private int pdvLeft;
        private boolean last;

        private Incoming(int contextId, boolean command, int pdvLeft, boolean last) {
            this.contextId = contextId;
            this.command = command;
            this.pdvLeft = pdvLeft;
            this.last = last;
        }

        int contextId() {
            return contextId;
        }

        boolean isCommand() {
            return command;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (pdvLeft == 0) {
                if (last) {
                    return -1;
                }
                nextPdv();
            }
            int n = readSome(into, offset, Math.min(length, pdvLeft));
            pdvLeft -= n;
            return n;
        }

        @Override
        public int available() throws IOException {
            return Math.min(pdvLeft, in.available());
        }

        /** Passes over what is left, at most so much. */
        void drain(long most) throws IOException {
            byte[] scratch = new byte[64 << 10];
            long left = most;
            for (int n = read(scratch, 0, scratch.length); n >= 0; n = read(scratch, 0, scratch.length)) {
                left -= n;
                if (left < 0) {
                    throw new AssociationAborted("the peer sends more than " + most + " bytes that nobody wants");
                }
            }
        }

        private void nextPdv() throws IOException {
            Incoming next = nextFragment(null);
            if (next.contextId != contextId || next.command != command) {
                throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "a fragment of another message comes in between");
            }
            pdvLeft = next.pdvLeft;
            last = next.last;
        }
    }

    /**
     * Waits for the next command set or data set.
     *
     * @param otherwise told of a PDU that is not P-DATA-TF; null when only data may come
     * @return null when a PDU other than P-DATA-TF was told
     */
    Incoming nextFragment(PduListener otherwise) throws IOException {
        while (pduLeft == 0) {
            Pdu pdu = readPdu();
            if (pdu instanceof Pdu.Abort) {
                throw new AssociationAborted("the peer aborted the association");
            }
            if (!(pdu instanceof Pdu.PData)) {
                if (otherwise == null) {
                    throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "a PDU comes in the middle of a message");
                }
                otherwise.other(pdu);
                return null;
            }
        }
        if (pduLeft < PDV_HEADER) {
            throw new MalformedPdu(MalformedPdu.INVALID_PARAMETER, "a presentation data value is cut off");
        }
        byte[] header = new byte[PDV_HEADER];
        for (int n = 0; n < PDV_HEADER; ) {
            n += readSome(header, n, PDV_HEADER - n);
        }
        int length = ByteBuffer.wrap(header).getInt();
        int contextId = header[4] & 0xff;
        int control = header[5];
        if (length < 2 || length - 2 > pduLeft) {
            throw new MalformedPdu(MalformedPdu.INVALID_PARAMETER, "a presentation data value is longer than its PDU");
        }
        return new Incoming(contextId, (control & COMMAND) != 0, length - 2, (control & LAST) != 0);
    }

    interface PduListener {
        void other(Pdu pdu) throws IOException;
    }

    /** Sends a command set in one PDU. */
    void sendCommand(int contextId, byte[] command) throws IOException {
        out.write(ByteBuffer.allocate(6 + PDV_HEADER + command.length)
                .put((byte) Pdu.P_DATA_TF)
                .put((byte) 0)
                .putInt(PDV_HEADER + command.length)
                .putInt(2 + command.length)
                .put((byte) contextId)
                .put((byte) (COMMAND | LAST))
                .put(command)
                .array());
    }

    /** Sends a data set in PDUs of at most the peer's length; a PDU that may be the last waits until that is known. */
    void sendDataSet(int contextId, InputStream data, long peerMaxPdu) throws IOException {
        int most = (int) Math.min(peerMaxPdu == 0 ? MAX_PDU : peerMaxPdu, MAX_PDU);
        if (sendBuffer.length != 6 + most) {
            sendBuffer = new byte[6 + Math.max(most, PDV_HEADER + 2)];
        }
        int room = sendBuffer.length - 6 - PDV_HEADER;
        int start = 6 + PDV_HEADER;
        int filled = data.readNBytes(sendBuffer, start, room);
        while (true) {
            boolean last = filled < room;
            int next = -1;
            if (!last) {
                next = data.read();
                last = next < 0;
            }
            ByteBuffer.wrap(sendBuffer)
                    .put((byte) Pdu.P_DATA_TF)
                    .put((byte) 0)
                    .putInt(PDV_HEADER + filled)
                    .putInt(2 + filled)
                    .put((byte) contextId)
                    .put((byte) (last ? LAST : 0));
            out.write(sendBuffer, 0, start + filled);
            if (last) {
                return;
            }
            sendBuffer[start] = (byte) next;
            filled = 1 + data.readNBytes(sendBuffer, start + 1, room - 1);
        }
    }

    /** Tells the peer, as far as it still listens, and closes. @param source 0 service user, 2 service provider */
    void abort(int source, int reason) {
        try {
            socket.setSoLinger(true, 1);
            writePdu(new Pdu.Abort(source, reason));
        } catch (IOException gone) {
            // the peer has left: there is nobody to tell
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a socket does not close", e);
        }
    }

    private int readSome(byte[] into, int offset, int length) throws IOException {
        try {
            int n = in.read(into, offset, length);
            if (n < 0) {
                throw new AssociationAborted("the connection broke in the middle of a message");
            }
            pduLeft -= n;
            return n;
        } catch (SocketTimeoutException e) {
            throw new AssociationAborted("the peer fell silent in the middle of a message", e);
        }
    }
}
