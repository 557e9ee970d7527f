package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Uid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** What a peer may do against PS3.7 and PS3.8 once its association was accepted, in context 1. */
enum Fault {
    UNKNOWN_PDU {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.write(new byte[] {9, 0, 0, 0, 0, 4, 0, 0, 0, 0});
        }
    },
    SECOND_ASSOCIATION_REQUEST {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.write(PduCodec.write(new Pdu.AssociateRq(
                    "TOMOGRID",
                    "MODALITY",
                    List.of(new PresentationContext(1, CT, List.of(Uid.ExplicitVRLittleEndian))),
                    0,
                    List.of())));
        }
    },
    VALUE_LONGER_THAN_ITS_PDU {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.writePdu(ByteBuffer.allocate(16)
                    .putInt(100)
                    .put((byte) 1)
                    .put((byte) 3)
                    .array());
        }
    },
    VALUE_WITHOUT_ROOM_FOR_ITS_HEADER {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.writePdu(new byte[] {0, 0, 0, 0, 1, 3, 0, 0});
        }
    },
    HUGE_PDU {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.write(new byte[] {4, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0});
        }
    },
    CONTEXT_THAT_WAS_NOT_ACCEPTED {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.command(7, CommandSet.storeRequest(1, CT, "1.2.3"));
        }
    },
    DATA_WITHOUT_COMMAND {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.data(1, new byte[10]);
        }
    },
    COMMAND_THAT_IS_NONE {
        @Override
        void commit(RawAssociation raw) throws IOException {
            byte[] noise = new byte[300];
            new Random(SEED).nextBytes(noise);
            raw.writePdu(RawAssociation.value(1, RawAssociation.COMMAND | RawAssociation.LAST, noise, 0, 300));
        }
    },
    RESPONSE_TO_NOTHING {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.command(1, CommandSet.response(CommandSet.storeRequest(1, CT, "1.2.3"), DimseStatus.SUCCESS));
        }
    },
    COMMAND_IN_THE_MIDDLE_OF_DATA {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.command(1, CommandSet.storeRequest(1, CT, "1.2.3"));
            raw.writePdu(RawAssociation.value(1, 0, new byte[10], 0, 10));
            raw.command(1, CommandSet.storeRequest(2, CT, "1.2.4"));
        }
    },
    RELEASE_IN_THE_MIDDLE_OF_DATA {
        @Override
        void commit(RawAssociation raw) throws IOException {
            raw.command(1, CommandSet.storeRequest(1, CT, "1.2.3"));
            raw.writePdu(RawAssociation.value(1, 0, new byte[10], 0, 10));
            raw.write(PduCodec.write(new Pdu.ReleaseRq()));
        }
    };

    private static final long SEED = 20261125;
    private static final String CT = Uid.CTImageStorage;

    abstract void commit(RawAssociation raw) throws IOException;
}
