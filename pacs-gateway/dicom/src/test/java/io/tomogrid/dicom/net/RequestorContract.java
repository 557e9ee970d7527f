package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A requestor before peers that refuse, break off, fall silent or answer nonsense (DEL-02): no such thing is a success. */
public abstract class RequestorContract extends DimseContract {
    private static final String CT = Uid.CTImageStorage;
    private static final String EXPLICIT = Uid.ExplicitVRLittleEndian;
    private static final String FIND = Uid.StudyRootQueryRetrieveInformationModelFIND;

    private final ExecutorService pool = Executors.newSingleThreadExecutor();
    private ServerSocket listener;

    protected RequestorContract(DimseProvider acceptor, DimseProvider client) {
        super(acceptor, client);
    }

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
        pool.shutdownNow();
    }

    @FunctionalInterface
    private interface Script<T> {
        T play(RawAssociation raw) throws Exception;
    }

    /** What the peer does once it has accepted, until its end. */
    private <T> Future<T> peer(long maxPdu, Script<T> script) {
        return pool.submit(() -> {
            try (RawAssociation raw = RawAssociation.accept(listener.accept(), maxPdu)) {
                return script.play(raw);
            }
        });
    }

    private Association open() throws IOException {
        return client.open(request());
    }

    private AssociationRequest request() {
        return AssociationRequest.storing(
                        "127.0.0.1",
                        listener.getLocalPort(),
                        "TOMOGRID",
                        "PACS",
                        List.of(new AssociationRequest.Syntax(CT, EXPLICIT)))
                .alsoAsking(FIND)
                .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(1));
    }

    private static DimseStatus store(Association association, int length) throws IOException {
        return association.store(CT, "1.2.3", EXPLICIT, new ByteArrayInputStream(new byte[length]));
    }

    @ParameterizedTest
    @ValueSource(longs = {1024, 16384, 100_000, 0})
    void what_is_sent_keeps_to_the_length_that_the_peer_takes(long most) throws Exception {
        Future<List<Integer>> lengths = peer(most, raw -> {
            Dataset command = raw.nextCommand();
            assertThat(raw.nextData()).hasSize(300_000);
            raw.command(1, CommandSet.response(command, DimseStatus.SUCCESS));
            assertThat(raw.read()).isInstanceOf(Pdu.ReleaseRq.class);
            raw.write(PduCodec.write(new Pdu.ReleaseRp()));
            return raw.lengths;
        });
        try (Association association = open()) {
            assertThat(store(association, 300_000)).isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(lengths.get(10, TimeUnit.SECONDS)).allMatch(length -> most == 0 || length <= most);
    }

    @Test
    void a_rejection_says_why() throws Exception {
        Future<?> peer = pool.submit(() -> {
            try (RawAssociation raw = new RawAssociation(listener.accept())) {
                raw.read();
                raw.write(PduCodec.write(new Pdu.AssociateRj(2, 3, 1)));
            }
            return null;
        });
        assertThatThrownBy(this::open).isInstanceOfSatisfying(AssociationRejected.class, e -> {
            assertThat(e.isTransient()).isTrue();
            assertThat(List.of(e.source(), e.reason())).containsExactly(3, 1);
            assertThat(e).hasMessageContaining("temporary congestion");
        });
        peer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_peer_that_cannot_be_reached_is_an_error() throws IOException {
        listener.close();
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).isNotInstanceOf(AssociationRejected.class);
    }

    @Test
    void a_peer_that_does_not_answer_the_request_is_an_error() {
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).isNotInstanceOf(AssociationRejected.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abort", "close", "silence", "another message", "an unknown context", "garbage"})
    void a_peer_that_does_not_answer_a_store_breaks_the_association(String how) throws Exception {
        Future<?> peer = peer(0, raw -> {
            Dataset command = raw.nextCommand();
            raw.nextData();
            switch (how) {
                case "abort" -> raw.write(PduCodec.write(new Pdu.Abort(2, 0)));
                case "close" -> raw.close();
                case "silence" -> assertThat(raw.ends()).isTrue();
                case "another message" ->
                    raw.command(1, CommandSet.response(CommandSet.storeRequest(99, CT, "1.2.3"), DimseStatus.SUCCESS));
                case "an unknown context" -> raw.command(77, CommandSet.response(command, DimseStatus.SUCCESS));
                default -> raw.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes("US-ASCII"));
            }
            return null;
        });
        try (Association association = open()) {
            assertThatThrownBy(() -> store(association, 5000)).isInstanceOf(AssociationAborted.class);
            assertThatThrownBy(() -> store(association, 10)).isInstanceOf(IOException.class);
        }
        peer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_data_set_that_breaks_while_it_is_read_breaks_the_association() throws Exception {
        Future<Boolean> peer = peer(16384, raw -> {
            raw.nextCommand();
            while (raw.read() instanceof Pdu.PData data) {
                raw.skip(data.length());
            }
            return true;
        });
        InputStream broken = new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("a damaged segment");
                }
                return 0;
            }
        };
        try (Association association = open()) {
            assertThatThrownBy(() -> association.store(CT, "1.2.3", EXPLICIT, broken))
                    .isInstanceOf(AssociationAborted.class)
                    .hasRootCauseMessage("a damaged segment");
        }
        assertThat(peer.get(10, TimeUnit.SECONDS))
                .as("the peer saw an abort, not the end of a shorter data set")
                .isTrue();
    }

    @Test
    void warnings_and_failures_come_with_their_comment() throws Exception {
        Future<?> peer = peer(0, raw -> {
            for (DimseStatus status : List.of(
                    new DimseStatus(0xB007, "a remark"), new DimseStatus(0xA700, "full"), DimseStatus.SUCCESS)) {
                Dataset command = raw.nextCommand();
                raw.nextData();
                raw.command(1, CommandSet.response(command, status));
            }
            raw.read();
            raw.write(PduCodec.write(new Pdu.ReleaseRp()));
            return null;
        });
        try (Association association = open()) {
            assertThat(store(association, 10)).isEqualTo(new DimseStatus(0xB007, "a remark"));
            assertThat(store(association, 10)).isEqualTo(new DimseStatus(0xA700, "full"));
            assertThat(store(association, 10)).isEqualTo(DimseStatus.SUCCESS);
        }
        peer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_match_in_pieces_of_which_the_last_is_missing_is_none() throws Exception {
        Future<?> peer = peer(0, raw -> {
            Dataset command = raw.nextCommand();
            raw.nextData();
            Dataset response = CommandSet.withDataSet(CommandSet.response(command, DimseStatus.PENDING));
            raw.command(3, response);
            raw.writePdu(RawAssociation.value(3, 0, new byte[] {8, 0, 0x52, 0, 'C', 'S'}, 0, 6));
            return null;
        });
        try (Association association = open()) {
            assertThatThrownBy(
                            () -> association.find(FIND, new Dataset().put(Tag.QueryRetrieveLevel, "STUDY"), match -> {
                                throw new AssertionError("a match that never came");
                            }))
                    .isInstanceOf(IOException.class);
        }
        peer.get(10, TimeUnit.SECONDS);
    }
}
