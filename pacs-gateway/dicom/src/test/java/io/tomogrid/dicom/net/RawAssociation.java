package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** An association seen byte by byte: for what no proper peer sends, and for the lengths of what one does send. */
final class RawAssociation implements AutoCloseable {
    static final int COMMAND = 1;
    static final int LAST = 2;
    private static final int TIMEOUT_MILLIS = 20_000;

    /** Lengths of the P-DATA-TF that came. */
    final List<Integer> lengths = new ArrayList<>();

    private final Socket socket;
    private final DataInputStream in;
    private ByteBuffer pdu = ByteBuffer.allocate(0);

    RawAssociation(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new DataInputStream(socket.getInputStream());
    }

    static RawAssociation open(int port, String callingAe, long maxPdu, PresentationContext... contexts)
            throws IOException {
        RawAssociation raw = new RawAssociation(new Socket("127.0.0.1", port));
        raw.write(PduCodec.write(new Pdu.AssociateRq("TOMOGRID", callingAe, List.of(contexts), maxPdu, List.of())));
        if (raw.read() instanceof Pdu.AssociateAc) {
            return raw;
        }
        throw new IOException("not accepted");
    }

    /** The other end: takes a request and accepts what it proposes. */
    static RawAssociation accept(Socket socket, long maxPdu) throws IOException {
        RawAssociation raw = new RawAssociation(socket);
        Pdu.AssociateRq request = (Pdu.AssociateRq) raw.read();
        List<PresentationContext.Answer> answers = request.contexts().stream()
                .map(c -> new PresentationContext.Answer(
                        c.id(), 0, c.transferSyntaxes().get(0)))
                .toList();
        raw.write(PduCodec.write(
                new Pdu.AssociateAc(request.calledAe(), request.callingAe(), answers, maxPdu, request.roles())));
        return raw;
    }

    Pdu read() throws IOException {
        return PduCodec.read(in);
    }

    void write(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** A P-DATA-TF of these presentation data values. */
    void writePdu(byte[]... values) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] value : values) {
            all.write(value);
        }
        write(ByteBuffer.allocate(6 + all.size())
                .put((byte) Pdu.P_DATA_TF)
                .put((byte) 0)
                .putInt(all.size())
                .put(all.toByteArray())
                .array());
    }

    static byte[] value(int contextId, int control, byte[] bytes, int from, int to) {
        return ByteBuffer.allocate(6 + to - from)
                .putInt(2 + to - from)
                .put((byte) contextId)
                .put((byte) control)
                .put(bytes, from, to - from)
                .array();
    }

    void command(int contextId, Dataset command) throws IOException {
        byte[] bytes = CommandSet.encode(command);
        writePdu(value(contextId, COMMAND | LAST, bytes, 0, bytes.length));
    }

    void data(int contextId, byte[] bytes) throws IOException {
        writePdu(value(contextId, LAST, bytes, 0, bytes.length));
    }

    void skip(int bytes) throws IOException {
        in.skipNBytes(bytes);
    }

    /** The next command set. */
    Dataset nextCommand() throws IOException {
        return CommandSet.decode(next(COMMAND));
    }

    byte[] nextData() throws IOException {
        return next(0);
    }

    private byte[] next(int kind) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        while (true) {
            while (!pdu.hasRemaining()) {
                Pdu next = read();
                if (!(next instanceof Pdu.PData data)) {
                    throw new IOException("expected P-DATA-TF, got " + next);
                }
                lengths.add(data.length());
                pdu = ByteBuffer.wrap(in.readNBytes(data.length()));
            }
            byte[] bytes = new byte[pdu.getInt() - 2];
            pdu.get();
            int control = pdu.get();
            if ((control & COMMAND) != kind) {
                throw new IOException("expected kind " + kind + ", got control header " + control);
            }
            pdu.get(bytes);
            whole.write(bytes);
            if ((control & LAST) != 0) {
                return whole.toByteArray();
            }
        }
    }

    /** Whether the peer ends the association, by A-ABORT or by closing, and sends nothing else. Waits for that. */
    boolean ends() throws IOException {
        try {
            return read() instanceof Pdu.Abort;
        } catch (java.net.SocketTimeoutException silent) {
            return false;
        } catch (java.io.EOFException | java.net.SocketException closed) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Goes away without a word. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
