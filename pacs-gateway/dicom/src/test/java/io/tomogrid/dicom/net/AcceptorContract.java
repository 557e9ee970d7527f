package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An acceptor before peers that keep to PS3.8 in their own way, or not at all (ING-05, ING-07, ING-09). */
public abstract class AcceptorContract extends DimseContract {
    private static final long SEED = 20261125;
    private static final String CT = Uid.CTImageStorage;
    private static final String EXPLICIT = Uid.ExplicitVRLittleEndian;
    private static final String FIND = Uid.StudyRootQueryRetrieveInformationModelFIND;
    private static final PresentationContext STORAGE = new PresentationContext(1, CT, List.of(EXPLICIT));
    private static final int MOST_BYTES = 1 << 20;

    private final Map<String, byte[]> received = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<IOException> broken = new LinkedBlockingQueue<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private DimseServer server;

    protected AcceptorContract(DimseProvider acceptor, DimseProvider client) {
        super(acceptor, client);
    }

    @BeforeEach
    void start() throws IOException {
        server = start(Duration.ofSeconds(20));
    }

    private DimseServer start(Duration idle) throws IOException {
        return acceptor.start(
                new DimseServerConfig("127.0.0.1", 0, "TOMOGRID", "MODALITY"::equals, 8, idle, MOST_BYTES),
                DimseServices.storing(this::keep).finding((request, matches) -> {
                    if (request.identifier().contains(Tag.PatientID)) {
                        throw new StackOverflowError("this query kills its association");
                    }
                    matches.send(new Dataset().put(Tag.PatientComments, "x".repeat(9000)), DimseStatus.PENDING);
                    return DimseStatus.SUCCESS;
                }));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private DimseStatus keep(CStoreRequest request, InputStream data) throws IOException {
        entered.countDown();
        try {
            received.put(request.sopInstanceUid(), data.readAllBytes());
        } catch (IOException e) {
            broken.add(e);
            throw e;
        }
        if (request.sopInstanceUid().endsWith(".13")) {
            throw new StackOverflowError("this instance kills its association");
        }
        if (request.sopInstanceUid().endsWith(".slow")) {
            pause(500);
        }
        return DimseStatus.SUCCESS;
    }

    private RawAssociation raw() throws IOException {
        return RawAssociation.open(server.port(), "MODALITY", 0, STORAGE);
    }

    /** Fragments of any length, several in a PDU, some of them empty; the command set, too. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void fragments_are_put_together(int number) throws IOException {
        Random random = new Random(SEED + number);
        byte[] command = CommandSet.encode(CommandSet.storeRequest(number, CT, "1.2." + number));
        byte[] data = new byte[random.nextInt(100_000)];
        random.nextBytes(data);
        try (RawAssociation raw = raw()) {
            for (byte[] bytes : List.of(command, data)) {
                int kind = bytes == command ? RawAssociation.COMMAND : 0;
                List<byte[]> values = new ArrayList<>();
                for (int from = 0, to; from < bytes.length; from = to) {
                    to = Math.min(bytes.length, from + random.nextInt(bytes == command ? 40 : 9000));
                    values.add(RawAssociation.value(1, kind, bytes, from, to));
                }
                values.add(RawAssociation.value(1, kind | RawAssociation.LAST, bytes, bytes.length, bytes.length));
                while (!values.isEmpty()) {
                    List<byte[]> some = values.subList(0, 1 + random.nextInt(Math.min(3, values.size())));
                    raw.writePdu(some.toArray(byte[][]::new));
                    some.clear();
                }
            }
            Dataset response = raw.nextCommand();
            assertThat(CommandSet.status(response)).as("seed %d", SEED + number).isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(received.get("1.2." + number)).isEqualTo(data);
    }

    @Test
    void requests_that_come_at_once_are_answered_one_after_the_other() throws IOException {
        try (RawAssociation raw = raw()) {
            for (int id = 1; id <= 5; id++) {
                raw.command(1, CommandSet.storeRequest(id, CT, "1.2." + id));
                raw.data(1, new byte[] {(byte) id, 0});
            }
            for (int id = 1; id <= 5; id++) {
                Dataset response = raw.nextCommand();
                assertThat(response.intValue(Tag.MessageIDBeingRespondedTo)).hasValue(id);
                assertThat(response.string(Tag.AffectedSOPInstanceUID)).hasValue("1.2." + id);
                assertThat(CommandSet.status(response)).isEqualTo(DimseStatus.SUCCESS);
            }
        }
        assertThat(received.get("1.2.5")).containsExactly(5, 0);
    }

    @ParameterizedTest
    @EnumSource
    void a_fault_ends_its_own_association_and_no_other(Fault fault) throws IOException {
        try (Association other = client.open(AssociationRequest.asking(
                        "127.0.0.1", server.port(), "MODALITY", "TOMOGRID", Uid.Verification));
                RawAssociation raw = raw()) {
            fault.commit(raw);
            assertThat(raw.ends()).isTrue();
            assertThat(other.echo()).isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_sender_that_goes_away_in_the_middle_breaks_the_stream(boolean withAbort) throws Exception {
        RawAssociation raw = raw();
        raw.command(1, CommandSet.storeRequest(1, CT, "1.2.3"));
        raw.writePdu(RawAssociation.value(1, 0, new byte[1000], 0, 1000));
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        if (withAbort) {
            raw.write(PduCodec.write(new Pdu.Abort(0, 0)));
        }
        raw.vanish();
        assertThat(broken.poll(10, TimeUnit.SECONDS)).isInstanceOf(AssociationAborted.class);
        assertThat(received).isEmpty();
        assertThat(server.stats().stores()).isZero();
    }

    @Test
    void a_data_set_beyond_the_limit_ends_the_association() throws IOException {
        try (Association association = client.open(AssociationRequest.storing(
                "127.0.0.1",
                server.port(),
                "MODALITY",
                "TOMOGRID",
                List.of(new AssociationRequest.Syntax(CT, EXPLICIT))))) {
            assertThat(association.store(CT, "1.2.1", EXPLICIT, new ByteArrayInputStream(new byte[MOST_BYTES])))
                    .isEqualTo(DimseStatus.SUCCESS);
            assertThatThrownBy(() -> association.store(
                            CT, "1.2.2", EXPLICIT, new ByteArrayInputStream(new byte[8 * MOST_BYTES])))
                    .isInstanceOf(AssociationAborted.class);
        }
        assertThat(received).containsOnlyKeys("1.2.1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1024, 16384, 0, 0xffffffffL})
    void responses_keep_to_the_length_that_the_requestor_takes(long most) throws IOException {
        try (RawAssociation raw = RawAssociation.open(
                server.port(), "MODALITY", most, new PresentationContext(1, FIND, List.of(EXPLICIT)))) {
            raw.command(1, CommandSet.queryRequest(CommandSet.C_FIND_RQ, 1, FIND));
            raw.data(1, new byte[] {8, 0, 0x52, 0, 'C', 'S', 6, 0, 'S', 'T', 'U', 'D', 'Y', ' '});
            assertThat(CommandSet.status(raw.nextCommand())).isEqualTo(DimseStatus.PENDING);
            assertThat(raw.nextData()).hasSizeGreaterThan(9000);
            assertThat(CommandSet.status(raw.nextCommand())).isEqualTo(DimseStatus.SUCCESS);
            assertThat(raw.lengths).allMatch(length -> most == 0 || length <= most);
        }
    }

    /** Success is never answered then, and nobody is left waiting for an answer. */
    @Test
    void an_error_ends_its_own_association_at_once() throws IOException {
        AssociationRequest request = AssociationRequest.storing(
                        "127.0.0.1",
                        server.port(),
                        "MODALITY",
                        "TOMOGRID",
                        List.of(new AssociationRequest.Syntax(CT, EXPLICIT)))
                .alsoAsking(FIND)
                .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(60));
        long before = System.nanoTime();
        try (Association other = client.open(request);
                Association storing = client.open(request);
                Association finding = client.open(request)) {
            assertThatThrownBy(() -> storing.store(CT, "1.2.13", EXPLICIT, new ByteArrayInputStream(new byte[1000])))
                    .isInstanceOf(AssociationAborted.class);
            assertThatThrownBy(() -> finding.find(FIND, new Dataset().put(Tag.PatientID, "X"), match -> true))
                    .isInstanceOf(AssociationAborted.class);
            assertThat(other.store(CT, "1.2.1", EXPLICIT, new ByteArrayInputStream(new byte[10])))
                    .isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void what_is_not_offered_is_answered_and_the_association_goes_on() throws IOException {
        try (RawAssociation raw = raw()) {
            raw.command(1, CommandSet.queryRequest(CommandSet.C_FIND_RQ, 1, CT));
            raw.data(1, new byte[] {8, 0, 0x52, 0, 'C', 'S', 6, 0, 'S', 'T', 'U', 'D', 'Y', ' '});
            assertThat(CommandSet.status(raw.nextCommand()).code()).isEqualTo(0x0211);
            raw.command(1, CommandSet.storeRequest(2, CT, "1.2.2"));
            raw.data(1, new byte[10]);
            assertThat(CommandSet.status(raw.nextCommand())).isEqualTo(DimseStatus.SUCCESS);
        }
    }

    @Test
    void a_store_without_data_is_refused_and_the_association_goes_on() throws IOException {
        try (RawAssociation raw = raw()) {
            raw.command(1, CommandSet.storeRequest(1, CT, "1.2.1").put(Tag.CommandDataSetType, 0x0101));
            assertThat(CommandSet.status(raw.nextCommand()).code()).isEqualTo(0xC000);
            raw.command(1, CommandSet.storeRequest(2, CT, "1.2.2"));
            raw.data(1, new byte[0]);
            assertThat(CommandSet.status(raw.nextCommand())).isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(received.get("1.2.2")).isEmpty();
    }

    @Test
    void a_release_is_answered() throws IOException {
        try (RawAssociation raw = raw()) {
            raw.write(PduCodec.write(new Pdu.ReleaseRq()));
            assertThat(raw.read()).isInstanceOf(Pdu.ReleaseRp.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void silence_ends_an_association(boolean withinData) throws IOException {
        server.close();
        server = start(Duration.ofSeconds(1));
        try (RawAssociation raw = raw()) {
            if (withinData) {
                raw.command(1, CommandSet.storeRequest(1, CT, "1.2.3"));
                raw.writePdu(RawAssociation.value(1, 0, new byte[1000], 0, 1000));
            }
            assertThat(raw.ends()).isTrue();
        }
        assertThat(received).isEmpty();
    }

    @Test
    void a_server_that_closes_lets_a_request_end() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Association association = client.open(AssociationRequest.storing(
                "127.0.0.1",
                server.port(),
                "MODALITY",
                "TOMOGRID",
                List.of(new AssociationRequest.Syntax(CT, EXPLICIT))))) {
            Future<DimseStatus> answer = pool.submit(
                    () -> association.store(CT, "1.2.slow", EXPLICIT, new ByteArrayInputStream(new byte[10])));
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            server.close();
            assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(DimseStatus.SUCCESS);
            assertThatThrownBy(this::raw).isInstanceOf(IOException.class);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void its_port_is_free_when_it_has_closed() throws IOException {
        int port = server.port();
        for (int i = 0; i < 20; i++) {
            try (Association association = client.open(
                    AssociationRequest.asking("127.0.0.1", port, "MODALITY", "TOMOGRID", Uid.Verification))) {
                assertThat(association.echo()).isEqualTo(DimseStatus.SUCCESS);
            }
            server.close();
            server = acceptor.start(
                    DimseServerConfig.loopback(port, "TOMOGRID", "MODALITY"::equals),
                    DimseServices.storing(this::keep));
        }
    }

    @Test
    void it_counts_what_it_does() throws IOException {
        DimseServer.Stats before = server.stats();
        try (RawAssociation raw = raw()) {
            raw.command(1, CommandSet.storeRequest(1, CT, "1.2.1"));
            raw.data(1, new byte[1234]);
            raw.nextCommand();
            assertThat(server.stats()).isEqualTo(new DimseServer.Stats(1, before.associations() + 1, 1, 1234));
        }
        for (int tries = 0; server.stats().open() > 0; tries++) {
            assertThat(tries).isLessThan(200);
            pause(50);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
