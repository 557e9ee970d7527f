package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Implementation;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** PDUs as bytes, PS3.8 section 9.3: big endian, every length checked before it is believed. */
final class PduCodec {
    static final String APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";
    private static final int MAX_ASSOCIATE = 1 << 20;
    private static final int MAX_P_DATA = 128 << 20;

    private static final int ITEM_APPLICATION_CONTEXT = 0x10;
    private static final int ITEM_CONTEXT_RQ = 0x20;
    private static final int ITEM_CONTEXT_AC = 0x21;
    private static final int ITEM_ABSTRACT_SYNTAX = 0x30;
    private static final int ITEM_TRANSFER_SYNTAX = 0x40;
    private static final int ITEM_USER_INFORMATION = 0x50;
    private static final int ITEM_MAX_LENGTH = 0x51;
    private static final int ITEM_CLASS_UID = 0x52;
    private static final int ITEM_ROLE_SELECTION = 0x54;
    private static final int ITEM_VERSION_NAME = 0x55;
    private static final int ITEM_EXTENDED_NEGOTIATION = 0x56;

    private PduCodec() {}

    /**
     * Reads one PDU; of a P-DATA-TF only its header.
     *
     * @throws EOFException if the connection ended before its first byte
     */
    static Pdu read(DataInputStream in) throws IOException {
        int type = in.readUnsignedByte();
        in.readUnsignedByte();
        long length = in.readInt() & 0xffffffffL;
        if (type == Pdu.P_DATA_TF) {
            if (length > MAX_P_DATA) {
                throw new MalformedPdu(MalformedPdu.INVALID_PARAMETER, "P-DATA-TF of " + length + " bytes");
            }
            return new Pdu.PData((int) length);
        }
        if (type < Pdu.ASSOCIATE_RQ || type > Pdu.ABORT) {
            throw new MalformedPdu(MalformedPdu.UNRECOGNIZED_PDU, "PDU of type " + type);
        }
        if (length > (type <= Pdu.ASSOCIATE_AC ? MAX_ASSOCIATE : 4)) {
            throw new MalformedPdu(
                    MalformedPdu.INVALID_PARAMETER, "PDU of type " + type + " with " + length + " bytes");
        }
        ByteBuffer body = ByteBuffer.wrap(readFully(in, (int) length));
        try {
            return switch (type) {
                case Pdu.ASSOCIATE_RQ -> associateRq(body);
                case Pdu.ASSOCIATE_AC -> associateAc(body);
                case Pdu.ASSOCIATE_RJ ->
                    new Pdu.AssociateRj(body.get(1) & 0xff, body.get(2) & 0xff, body.get(3) & 0xff);
                case Pdu.RELEASE_RQ -> new Pdu.ReleaseRq();
                case Pdu.RELEASE_RP -> new Pdu.ReleaseRp();
                default -> new Pdu.Abort(body.get(2) & 0xff, body.get(3) & 0xff);
            };
        } catch (java.nio.BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new MalformedPdu(
                    MalformedPdu.INVALID_PARAMETER, "PDU of type " + type + ": an item is longer than the PDU");
        }
    }

    /** The whole PDU with its header. */
    static byte[] write(Pdu pdu) {
        if (pdu instanceof Pdu.AssociateRq rq) {
            byte[] user = userInformation(rq.maxPduLength(), rq.roles(), rq.extended());
            return associate(Pdu.ASSOCIATE_RQ, rq.calledAe(), rq.callingAe(), contexts(rq), user);
        }
        if (pdu instanceof Pdu.AssociateAc ac) {
            byte[] user = userInformation(ac.maxPduLength(), ac.roles(), ac.extended());
            return associate(Pdu.ASSOCIATE_AC, ac.calledAe(), ac.callingAe(), answers(ac), user);
        }
        if (pdu instanceof Pdu.AssociateRj rj) {
            return small(Pdu.ASSOCIATE_RJ, 0, rj.result(), rj.source(), rj.reason());
        }
        if (pdu instanceof Pdu.ReleaseRq) {
            return small(Pdu.RELEASE_RQ, 0, 0, 0, 0);
        }
        if (pdu instanceof Pdu.ReleaseRp) {
            return small(Pdu.RELEASE_RP, 0, 0, 0, 0);
        }
        if (pdu instanceof Pdu.Abort abort) {
            return small(Pdu.ABORT, 0, 0, abort.source(), abort.reason());
        }
        throw new IllegalArgumentException("P-DATA-TF is streamed");
    }

    private static byte[] readFully(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private static byte[] small(int type, int a, int b, int c, int d) {
        return new byte[] {(byte) type, 0, 0, 0, 0, 4, (byte) a, (byte) b, (byte) c, (byte) d};
    }

    private static byte[] userInformation(
            long maxPduLength, List<RoleSelection> roles, List<ExtendedNegotiation> extended) {
        ByteArrayOutputStream items = new ByteArrayOutputStream();
        item(
                items,
                ITEM_MAX_LENGTH,
                ByteBuffer.allocate(4).putInt((int) maxPduLength).array());
        item(items, ITEM_CLASS_UID, bytes(Implementation.CLASS_UID));
        roles.forEach(role -> item(items, ITEM_ROLE_SELECTION, role(role)));
        item(items, ITEM_VERSION_NAME, bytes(Implementation.VERSION_NAME));
        extended.forEach(e -> item(items, ITEM_EXTENDED_NEGOTIATION, extended(e)));
        return items.toByteArray();
    }

    private static byte[] associate(int type, String called, String calling, byte[] contexts, byte[] userInformation) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 1, 0, 0});
        body.writeBytes(aeTitle(called));
        body.writeBytes(aeTitle(calling));
        body.writeBytes(new byte[32]);
        item(body, ITEM_APPLICATION_CONTEXT, bytes(APPLICATION_CONTEXT));
        body.writeBytes(contexts);
        item(body, ITEM_USER_INFORMATION, userInformation);
        return ByteBuffer.allocate(6 + body.size())
                .put((byte) type)
                .put((byte) 0)
                .putInt(body.size())
                .put(body.toByteArray())
                .array();
    }

    /** PS3.7 table D.3-11. */
    private static byte[] extended(ExtendedNegotiation extended) {
        byte[] uid = bytes(extended.sopClass());
        ByteBuffer body = ByteBuffer.allocate(2 + uid.length + extended.bytes())
                .putShort((short) uid.length)
                .put(uid);
        if (extended.relational()) {
            body.put((byte) 1);
        }
        return body.array();
    }

    /** PS3.7 table D.3-9. */
    private static byte[] role(RoleSelection role) {
        byte[] uid = bytes(role.sopClass());
        return ByteBuffer.allocate(2 + uid.length + 2)
                .putShort((short) uid.length)
                .put(uid)
                .put((byte) (role.scu() ? 1 : 0))
                .put((byte) (role.scp() ? 1 : 0))
                .array();
    }

    private static byte[] contexts(Pdu.AssociateRq rq) {
        ByteArrayOutputStream items = new ByteArrayOutputStream();
        for (PresentationContext context : rq.contexts()) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes(new byte[] {(byte) context.id(), 0, 0, 0});
            item(body, ITEM_ABSTRACT_SYNTAX, bytes(context.abstractSyntax()));
            context.transferSyntaxes().forEach(t -> item(body, ITEM_TRANSFER_SYNTAX, bytes(t)));
            item(items, ITEM_CONTEXT_RQ, body.toByteArray());
        }
        return items.toByteArray();
    }

    private static byte[] answers(Pdu.AssociateAc ac) {
        ByteArrayOutputStream items = new ByteArrayOutputStream();
        for (PresentationContext.Answer answer : ac.answers()) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes(new byte[] {(byte) answer.id(), 0, (byte) answer.result(), 0});
            item(body, ITEM_TRANSFER_SYNTAX, bytes(answer.transferSyntax()));
            item(items, ITEM_CONTEXT_AC, body.toByteArray());
        }
        return items.toByteArray();
    }

    private static void item(ByteArrayOutputStream out, int type, byte[] body) {
        out.writeBytes(ByteBuffer.allocate(4)
                .put((byte) type)
                .put((byte) 0)
                .putShort((short) body.length)
                .array());
        out.writeBytes(body);
    }

    private static Pdu.AssociateRq associateRq(ByteBuffer body) throws MalformedPdu {
        Associate associate = new Associate(body);
        return new Pdu.AssociateRq(
                associate.called,
                associate.calling,
                associate.contexts,
                associate.maxPduLength,
                associate.roles,
                associate.extended);
    }

    private static Pdu.AssociateAc associateAc(ByteBuffer body) throws MalformedPdu {
        Associate associate = new Associate(body);
        return new Pdu.AssociateAc(
                associate.called,
                associate.calling,
                associate.answers,
                associate.maxPduLength,
                associate.roles,
                associate.extended);
    }

    /** What A-ASSOCIATE-RQ and -AC have in common. */
    private static final class Associate {
        final String called;
        final String calling;
        final List<PresentationContext> contexts = new ArrayList<>();
        final List<PresentationContext.Answer> answers = new ArrayList<>();
        final List<RoleSelection> roles = new ArrayList<>();
        final List<ExtendedNegotiation> extended = new ArrayList<>();
        long maxPduLength;

        Associate(ByteBuffer body) throws MalformedPdu {
            if ((body.getShort() & 1) == 0) {
                throw new MalformedPdu(MalformedPdu.INVALID_PARAMETER, "protocol version 1 is not offered");
            }
            body.getShort();
            called = text(slice(body, 16));
            calling = text(slice(body, 16));
            slice(body, 32);
            while (body.hasRemaining()) {
                int type = body.get() & 0xff;
                body.get();
                ByteBuffer item = slice(body, body.getShort() & 0xffff);
                switch (type) {
                    case ITEM_CONTEXT_RQ -> contexts.add(context(item));
                    case ITEM_CONTEXT_AC -> answers.add(answer(item));
                    case ITEM_USER_INFORMATION -> userInformation(item);
                    default -> {
                        // PS3.8 9.3.1: items that are not known are ignored
                    }
                }
            }
            if (contexts.size() > 128) {
                throw new MalformedPdu(MalformedPdu.INVALID_PARAMETER, "more than 128 presentation contexts");
            }
        }

        private static PresentationContext context(ByteBuffer item) throws MalformedPdu {
            int id = item.get() & 0xff;
            if ((id & 1) == 0) {
                throw new MalformedPdu(MalformedPdu.INVALID_PARAMETER, "presentation context id " + id + " is not odd");
            }
            slice(item, 3);
            String abstractSyntax = "";
            List<String> transferSyntaxes = new ArrayList<>();
            while (item.hasRemaining()) {
                int type = item.get() & 0xff;
                item.get();
                String uid = text(slice(item, item.getShort() & 0xffff));
                if (type == ITEM_ABSTRACT_SYNTAX) {
                    abstractSyntax = uid;
                } else if (type == ITEM_TRANSFER_SYNTAX) {
                    transferSyntaxes.add(uid);
                }
            }
            return new PresentationContext(id, abstractSyntax, transferSyntaxes);
        }

        private static PresentationContext.Answer answer(ByteBuffer item) {
            int id = item.get() & 0xff;
            item.get();
            int result = item.get() & 0xff;
            item.get();
            String transferSyntax = "";
            while (item.hasRemaining()) {
                item.getShort();
                transferSyntax = text(slice(item, item.getShort() & 0xffff));
            }
            return new PresentationContext.Answer(id, result, transferSyntax);
        }

        private void userInformation(ByteBuffer items) {
            while (items.hasRemaining()) {
                int type = items.get() & 0xff;
                items.get();
                ByteBuffer item = slice(items, items.getShort() & 0xffff);
                if (type == ITEM_MAX_LENGTH) {
                    maxPduLength = item.getInt() & 0xffffffffL;
                } else if (type == ITEM_ROLE_SELECTION) {
                    String sopClass = text(slice(item, item.getShort() & 0xffff));
                    roles.add(new RoleSelection(sopClass, item.get() == 1, item.get() == 1));
                } else if (type == ITEM_EXTENDED_NEGOTIATION) {
                    String sopClass = text(slice(item, item.getShort() & 0xffff));
                    boolean relational = item.hasRemaining() && item.get(item.position()) == 1;
                    extended.add(new ExtendedNegotiation(sopClass, relational, item.remaining()));
                }
            }
        }
    }

    private static ByteBuffer slice(ByteBuffer from, int length) {
        ByteBuffer slice = from.slice().limit(length).slice();
        from.position(from.position() + length);
        return slice;
    }

    /** AE titles and UIDs: ASCII, padded with spaces or NUL. */
    private static String text(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return new String(array, StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
    }

    private static byte[] aeTitle(String title) {
        if (title.length() > 16) {
            throw new IllegalArgumentException("an AE title has at most 16 characters");
        }
        return bytes(title + " ".repeat(16 - title.length()));
    }

    /** As it was read, so that a title goes back as it came whatever is in it, PS3.8 section 9.3.3. */
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
