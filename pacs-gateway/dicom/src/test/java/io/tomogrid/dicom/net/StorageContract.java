package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.SharedData;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Echo and storage over real sockets (ING-01, ING-04, ING-05, ING-09). */
public abstract class StorageContract extends DimseContract {
    private static final String CT = Uid.CTImageStorage;
    private static final String EXPLICIT = Uid.ExplicitVRLittleEndian;

    private final Map<String, byte[]> received = new ConcurrentHashMap<>();
    private DimseServer server;

    protected StorageContract(DimseProvider acceptor, DimseProvider client) {
        super(acceptor, client);
    }

    @BeforeEach
    void start() throws IOException {
        server = acceptor.start(
                new DimseServerConfig(
                        "127.0.0.1", 0, "TOMOGRID", "MODALITY"::equals, 4, Duration.ofSeconds(5), 64 << 20),
                DimseServices.storing(this::keep));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private DimseStatus keep(CStoreRequest request, InputStream dataset) throws IOException {
        if (request.sopInstanceUid().endsWith(".13")) {
            throw new IllegalStateException("this instance breaks the handler");
        }
        if (request.sopInstanceUid().endsWith(".14")) {
            return DimseStatus.OUT_OF_RESOURCES.because("no room");
        }
        received.put(request.sopInstanceUid() + " " + request.transferSyntax(), dataset.readAllBytes());
        return DimseStatus.SUCCESS;
    }

    @Test
    void an_echo_is_answered() throws IOException {
        try (Association association = open(Uid.Verification, Uid.ImplicitVRLittleEndian)) {
            assertThat(association.echo().isSuccess()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1, 2, 1000, Wire.MAX_PDU - 6, Wire.MAX_PDU - 5, Wire.MAX_PDU, 3 * (Wire.MAX_PDU - 6), 20_000_000})
    void a_data_set_arrives_as_it_was_sent(int length) throws IOException {
        byte[] data = random(length, length);
        try (Association association = open(CT, Uid.JPEG2000ImageCompressionLosslessOnly)) {
            assertThat(association
                            .store(
                                    CT,
                                    "1.2.3",
                                    Uid.JPEG2000ImageCompressionLosslessOnly,
                                    new ByteArrayInputStream(data))
                            .isSuccess())
                    .isTrue();
        }
        assertThat(received.get("1.2.3 " + Uid.JPEG2000ImageCompressionLosslessOnly))
                .isEqualTo(data);
    }

    /** All of PS3.6 table A-1, and one that nobody knows. */
    @Test
    void every_transfer_syntax_arrives_as_it_was_sent() throws IOException {
        List<AssociationRequest.Syntax> syntaxes = new ArrayList<>();
        for (Field field : Uid.class.getFields()) {
            String uid = valueOf(field);
            if (uid.matches("1\\.2\\.840\\.10008\\.1\\.2(\\..*)?")) {
                syntaxes.add(new AssociationRequest.Syntax(CT, uid));
            }
        }
        syntaxes.add(new AssociationRequest.Syntax(CT, "1.2.3.4.5"));
        assertThat(syntaxes).hasSizeGreaterThan(50);
        Map<String, byte[]> sent = new HashMap<>();
        try (Association association =
                client.open(AssociationRequest.storing("127.0.0.1", server.port(), "MODALITY", "TOMOGRID", syntaxes))) {
            for (AssociationRequest.Syntax syntax : syntaxes) {
                byte[] data = random(sent.size(), 3001 + sent.size());
                sent.put("1.2.3 " + syntax.transferSyntax(), data);
                assertThat(association.store(CT, "1.2.3", syntax.transferSyntax(), new ByteArrayInputStream(data)))
                        .as(syntax.transferSyntax())
                        .isEqualTo(DimseStatus.SUCCESS);
            }
        }
        assertThat(received).containsOnlyKeys(sent.keySet());
        sent.forEach((key, data) -> assertThat(received.get(key)).as(key).isEqualTo(data));
    }

    private static String valueOf(Field field) {
        try {
            return (String) field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError("fields of Uid are public", e);
        }
    }

    @Test
    void real_files_arrive_byte_by_byte() throws IOException {
        assumeTrue(SharedData.dicom().isPresent(), SharedData.WHY);
        int files = 0;
        for (Path file : SharedData.files("transfer_syntax")) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                Part10.Opened opened = Part10.open(in);
                String sopClass =
                        opened.meta().string(Tag.MediaStorageSOPClassUID).orElseThrow();
                byte[] data = opened.dataset().readAllBytes();
                String uid = "1.2.4." + files++ + ".1";
                try (Association association = open(sopClass, opened.transferSyntax())) {
                    association.store(sopClass, uid, opened.transferSyntax(), new ByteArrayInputStream(data));
                }
                assertThat(received.get(uid + " " + opened.transferSyntax()))
                        .as(file.getFileName().toString())
                        .isEqualTo(data);
            }
        }
        assertThat(files).isGreaterThan(20);
    }

    @Test
    void four_associations_store_side_by_side() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> senders = new ArrayList<>();
            for (int a = 0; a < 4; a++) {
                int sender = a;
                senders.add(pool.submit(() -> {
                    try (Association association = open(CT, EXPLICIT)) {
                        for (int i = 0; i < 50; i++) {
                            String uid = "1.2." + sender + "." + (100 + i);
                            association.store(CT, uid, EXPLICIT, new ByteArrayInputStream(random(sender, 70_000 + i)));
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(received).hasSize(200);
        assertThat(received.get("1.2.3.149 " + EXPLICIT)).isEqualTo(random(3, 70_049));
        assertThat(server.stats().stores()).isEqualTo(200);
    }

    @Test
    void a_failing_handler_is_answered_and_the_association_goes_on() throws IOException {
        try (Association association = open(CT, EXPLICIT)) {
            byte[] data = random(1, 600_000);
            DimseStatus failed = association.store(CT, "1.13", EXPLICIT, new ByteArrayInputStream(data));
            assertThat(failed.code()).isEqualTo(0x0110);
            assertThat(failed.comment()).isNotBlank().doesNotContain("breaks");
            DimseStatus refused = association.store(CT, "1.14", EXPLICIT, new ByteArrayInputStream(data));
            assertThat(refused).isEqualTo(new DimseStatus(0xA700, "no room"));
            assertThat(association
                            .store(CT, "1.15", EXPLICIT, new ByteArrayInputStream(data))
                            .isSuccess())
                    .isTrue();
        }
    }

    @Test
    void strangers_and_wrong_numbers_are_rejected() {
        assertThatThrownBy(() -> call("STRANGER", "TOMOGRID"))
                .isInstanceOf(AssociationRejected.class)
                .hasMessageContaining("calling AE title not recognized");
        assertThatThrownBy(() -> call("MODALITY", "OTHER"))
                .isInstanceOf(AssociationRejected.class)
                .hasMessageContaining("called AE title not recognized");
    }

    @Test
    void one_association_too_many_is_rejected_for_now() throws IOException {
        List<Association> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(open(CT, EXPLICIT));
        }
        assertThatThrownBy(() -> open(CT, EXPLICIT))
                .isInstanceOfSatisfying(
                        AssociationRejected.class,
                        e -> assertThat(e.isTransient()).isTrue());
        all.forEach(Association::close);
    }

    @Test
    void what_was_not_accepted_is_not_sent() throws IOException {
        try (Association association = open("1.2.840.10008.5.1.4.31", EXPLICIT)) {
            assertThatThrownBy(() ->
                            association.store("1.2.840.10008.5.1.4.31", "1.2", EXPLICIT, InputStream.nullInputStream()))
                    .isInstanceOf(NoPresentationContext.class);
        }
    }

    @Test
    void nothing_is_kept_of_a_data_set_that_breaks_off() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(PduCodec.write(new Pdu.AssociateRq(
                            "TOMOGRID",
                            "MODALITY",
                            List.of(new PresentationContext(1, CT, List.of(EXPLICIT))),
                            0,
                            List.of())));
            assertThat(PduCodec.read(new DataInputStream(socket.getInputStream())))
                    .isInstanceOf(Pdu.AssociateAc.class);
            Wire wire = new Wire(socket);
            wire.sendCommand(1, CommandSet.encode(CommandSet.storeRequest(1, CT, "1.2.77")));
            socket.getOutputStream().write(new byte[] {4, 0, 0, 0, 0, 100, 0, 0, 0, 96, 1, 0, 8, 0});
        }
        Thread.sleep(200);
        assertThat(received).isEmpty();
    }

    /** Seeded damage to a whole conversation: the server answers or aborts, and goes on serving others. */
    @Test
    void damaged_bytes_do_not_disturb_others() throws IOException {
        Random random = new Random(20261124);
        byte[] request = PduCodec.write(new Pdu.AssociateRq(
                "TOMOGRID",
                "MODALITY",
                List.of(new PresentationContext(1, CT, List.of(EXPLICIT))),
                16384,
                List.of(new RoleSelection(CT, true, true))));
        byte[] command = CommandSet.encode(CommandSet.storeRequest(1, CT, "1.2.78"));
        byte[] all = new byte[request.length + 12 + command.length];
        System.arraycopy(request, 0, all, 0, request.length);
        java.nio.ByteBuffer.wrap(all, request.length, 12 + command.length)
                .put((byte) 4)
                .put((byte) 0)
                .putInt(6 + command.length)
                .putInt(2 + command.length)
                .put((byte) 1)
                .put((byte) 3)
                .put(command);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = all.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try (Socket socket = new Socket("127.0.0.1", server.port())) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream()
                        .write(damaged, 0, random.nextBoolean() ? damaged.length : random.nextInt(damaged.length));
            }
        }
        for (int tries = 0; ; tries++) {
            try (Association association = open(CT, EXPLICIT)) {
                assertThat(association
                                .store(CT, "1.2.79", EXPLICIT, new ByteArrayInputStream(new byte[10]))
                                .isSuccess())
                        .isTrue();
                return;
            } catch (AssociationRejected busy) {
                assertThat(tries)
                        .as("the damaged connections are gone after a while")
                        .isLessThan(100);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Association open(String sopClass, String transferSyntax) throws IOException {
        return client.open(AssociationRequest.storing(
                "127.0.0.1",
                server.port(),
                "MODALITY",
                "TOMOGRID",
                List.of(new AssociationRequest.Syntax(sopClass, transferSyntax))));
    }

    private Association call(String calling, String called) throws IOException {
        return client.open(AssociationRequest.storing(
                "127.0.0.1", server.port(), calling, called, List.of(new AssociationRequest.Syntax(CT, EXPLICIT))));
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
