package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded damage to the data sets of requests: each is answered with a status, and the association goes on (QRY-02). */
public abstract class DamagedMessagesContract extends DimseContract {
    private static final long SEED = 20261125;
    private static final String EXPLICIT = Uid.ExplicitVRLittleEndian;
    private static final String FIND = Uid.StudyRootQueryRetrieveInformationModelFIND;
    private static final String GET = Uid.StudyRootQueryRetrieveInformationModelGET;
    private static final String MOVE = Uid.StudyRootQueryRetrieveInformationModelMOVE;
    private static final String COMMITMENT = Uid.StorageCommitmentPushModelSOPClass;

    private DimseServer server;

    protected DamagedMessagesContract(DimseProvider acceptor, DimseProvider client) {
        super(acceptor, client);
    }

    @BeforeEach
    void start() throws IOException {
        server = acceptor.start(
                DimseServerConfig.loopback(0, "TOMOGRID", "CLIENT"::equals),
                DimseServices.storing((request, data) -> DimseStatus.SUCCESS)
                        .finding((request, matches) -> {
                            check(request);
                            matches.send(request.identifier(), DimseStatus.PENDING);
                            return DimseStatus.SUCCESS;
                        })
                        .getting(request -> {
                            check(request);
                            return List.of();
                        })
                        .moving((request, destination) -> {
                            check(request);
                            return new CMoveHandler.Move("127.0.0.1", 1, "TOMOGRID", destination, List.of());
                        })
                        .committing(request -> () -> Optional.of(
                                new CommitmentResult(request.transactionUid(), request.instances(), List.of()))));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static void check(QueryRequest request) throws RequestRefused {
        if (request.identifier().intValue(Tag.NumberOfStudyRelatedInstances).orElse(0) != 1) {
            throw new RequestRefused(DimseStatus.IDENTIFIER_DOES_NOT_MATCH, "the number is another one");
        }
    }

    private record Session(Socket socket, Channel channel, Channel.Context context) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Session open(String sopClass) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        Wire wire = new Wire(socket);
        wire.writePdu(new Pdu.AssociateRq(
                "TOMOGRID", "CLIENT", List.of(new PresentationContext(1, sopClass, List.of(EXPLICIT))), 0, List.of()));
        assertThat(wire.readPdu()).isInstanceOf(Pdu.AssociateAc.class);
        Channel.Context context = new Channel.Context(1, sopClass, EXPLICIT, false);
        return new Session(socket, new Channel(wire, Map.of(1, context), Wire.MAX_PDU), context);
    }

    /** @return the status of the response; other messages are passed over */
    private static DimseStatus ask(Session session, Dataset command, byte[] bytes, int length) throws IOException {
        session.channel().send(session.context(), command, new ByteArrayInputStream(bytes, 0, length));
        while (true) {
            Channel.Message message = session.channel().next();
            if (CommandSet.hasDataSet(message.command())) {
                session.channel().readDataSet(message, 1 << 20);
            }
            DimseStatus status = CommandSet.status(message.command());
            if (message.responds(
                            command.intValue(Tag.CommandField).orElseThrow(),
                            command.intValue(Tag.MessageID).orElseThrow())
                    && !status.isPending()) {
                return status;
            }
        }
    }

    private static int damage(Random random, byte[] bytes) {
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
    }

    @ParameterizedTest
    @ValueSource(strings = {FIND, GET, MOVE})
    void identifiers(String sopClass) throws IOException {
        Random random = new Random(SEED);
        int field = sopClass.equals(FIND)
                ? CommandSet.C_FIND_RQ
                : sopClass.equals(GET) ? CommandSet.C_GET_RQ : CommandSet.C_MOVE_RQ;
        byte[] good = encode(new Dataset()
                .put(Tag.QueryRetrieveLevel, "STUDY")
                .put(Tag.PatientName, "A*")
                .putItems(Tag.ReferencedStudySequence, new Dataset().put(Tag.ReferencedSOPInstanceUID, "1.2.3"))
                .put(Tag.NumberOfStudyRelatedInstances, 1));
        int refused = 0;
        try (Session session = open(sopClass)) {
            for (int i = 0; i < 400; i++) {
                byte[] damaged = good.clone();
                int length = damage(random, damaged);
                DimseStatus status = ask(session, CommandSet.queryRequest(field, i + 1, sopClass), damaged, length);
                assertThat(status.code()).as("seed %d, query %d", SEED, i).isIn(0x0000, 0xA900, 0xC000);
                refused += status.isSuccess() ? 0 : 1;
            }
        }
        assertThat(refused).isBetween(80, 399);
    }

    @Test
    void requests_for_commitment() throws IOException {
        Random random = new Random(SEED);
        byte[] good = encode(CommitmentDatasets.request(
                "1.2.3",
                List.of(new SopReference(Uid.CTImageStorage, "1.2.4"), new SopReference(Uid.CTImageStorage, "1.2.5"))));
        int refused = 0;
        try (Session session = open(COMMITMENT)) {
            for (int i = 0; i < 400; i++) {
                byte[] damaged = good.clone();
                int length = damage(random, damaged);
                DimseStatus status = ask(
                        session,
                        CommandSet.actionRequest(i + 1, COMMITMENT, CommitmentDatasets.WELL_KNOWN_INSTANCE, 1),
                        damaged,
                        length);
                assertThat(status.code()).as("seed %d, request %d", SEED, i).isIn(0x0000, 0x0115, 0x0110);
                refused += status.isSuccess() ? 0 : 1;
            }
            assertThat(ask(
                                    session,
                                    CommandSet.actionRequest(
                                            1000, COMMITMENT, CommitmentDatasets.WELL_KNOWN_INSTANCE, 2),
                                    good,
                                    good.length)
                            .code())
                    .isEqualTo(0x0123);
            assertThat(ask(session, CommandSet.actionRequest(1001, COMMITMENT, "1.2.3", 1), good, good.length)
                            .code())
                    .isEqualTo(0x0112);
        }
        assertThat(refused).isBetween(80, 399);
    }

    private static byte[] encode(Dataset dataset) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DatasetWriter.write(out, EXPLICIT, dataset);
        return out.toByteArray();
    }
}
