package io.tomogrid.dicom.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Query, retrieve and commitment over real sockets (QRY-01, QRY-03, QRY-05, COM-01). */
public abstract class QueryRetrieveContract extends DimseContract {
    private static final String CT = Uid.CTImageStorage;
    private static final String EXPLICIT = Uid.ExplicitVRLittleEndian;
    private static final String JPEG = Uid.RLELossless;
    private static final String FIND = Uid.StudyRootQueryRetrieveInformationModelFIND;
    private static final String MOVE = Uid.StudyRootQueryRetrieveInformationModelMOVE;
    private static final String GET = Uid.StudyRootQueryRetrieveInformationModelGET;
    private static final String COMMITMENT = Uid.StorageCommitmentPushModelSOPClass;

    private final Map<String, byte[]> moved = new ConcurrentHashMap<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final List<CommitmentResult> reports = java.util.Collections.synchronizedList(new ArrayList<>());
    private DimseServer server;
    private DimseServer destination;

    private record Kept(String sopInstanceUid, String transferSyntax, byte[] bytes) implements Retrievable {
        @Override
        public String sopClassUid() {
            return CT;
        }

        @Override
        public InputStream open() throws IOException {
            if (sopInstanceUid.endsWith(".13")) {
                throw new IOException("this one is damaged");
            }
            return new ByteArrayInputStream(bytes);
        }
    }

    private static final List<Retrievable> KEPT = List.of(
            new Kept("1.2.1", EXPLICIT, random(1, 70_000)),
            new Kept("1.2.2", JPEG, random(2, 600_001)),
            new Kept("1.2.13", EXPLICIT, random(3, 10)),
            new Kept("1.2.3", EXPLICIT, random(4, 2)),
            new Kept("1.2.14", Uid.JPEG2000ImageCompressionLosslessOnly, random(5, 10)));

    protected QueryRetrieveContract(DimseProvider acceptor, DimseProvider client) {
        super(acceptor, client);
    }

    @BeforeEach
    void start() throws IOException {
        destination = acceptor.start(
                DimseServerConfig.loopback(0, "DEST", "TOMOGRID"::equals),
                DimseServices.storing((request, data) -> {
                            moved.put(request.sopInstanceUid(), data.readAllBytes());
                            return DimseStatus.SUCCESS;
                        })
                        .takingCommitments((callingAe, result) -> {
                            reports.add(result);
                            return DimseStatus.SUCCESS;
                        }));
        server = acceptor.start(
                DimseServerConfig.loopback(0, "TOMOGRID", "CLIENT"::equals),
                DimseServices.storing((request, data) -> DimseStatus.SUCCESS)
                        .finding(this::find)
                        .getting(request -> KEPT)
                        .moving((request, ae) -> {
                            if (!ae.equals("DEST")) {
                                throw new RequestRefused(DimseStatus.MOVE_DESTINATION_UNKNOWN, "not known here");
                            }
                            return new CMoveHandler.Move("127.0.0.1", destination.port(), "TOMOGRID", "DEST", KEPT);
                        })
                        .committing(request -> () -> Optional.of(new CommitmentResult(
                                request.transactionUid(),
                                request.instances().subList(0, 1),
                                request.instances().stream()
                                        .skip(1)
                                        .map(i -> new CommitmentResult.Failure(
                                                i, CommitmentResult.NO_SUCH_OBJECT_INSTANCE))
                                        .toList()))));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        destination.close();
    }

    private DimseStatus find(QueryRequest request, CFindHandler.Matches matches) throws IOException {
        int wanted =
                request.identifier().intValue(Tag.NumberOfStudyRelatedInstances).orElse(-1);
        if (wanted < 0) {
            throw new RequestRefused(DimseStatus.IDENTIFIER_DOES_NOT_MATCH, "no number of matches");
        }
        if (wanted == 13) {
            throw new IllegalStateException("this query breaks the handler");
        }
        for (int i = 0; i < wanted; i++) {
            Dataset match =
                    new Dataset().put(Tag.SpecificCharacterSet, "ISO_IR 192").put(Tag.PatientName, "山田^" + i);
            if (!matches.send(match, DimseStatus.PENDING)) {
                break;
            }
            sent.incrementAndGet();
        }
        return DimseStatus.SUCCESS;
    }

    private Association ask(String... sopClasses) throws IOException {
        return client.open(AssociationRequest.asking("127.0.0.1", server.port(), "CLIENT", "TOMOGRID", sopClasses));
    }

    private static Dataset wanting(int matches) {
        return new Dataset().put(Tag.NumberOfStudyRelatedInstances, matches);
    }

    @Test
    void matches_come_one_by_one_and_in_their_characters() throws IOException {
        List<String> names = new ArrayList<>();
        try (Association association = ask(FIND)) {
            for (int n : new int[] {3, 0, 2}) {
                DimseStatus status = association.find(
                        FIND,
                        wanting(n),
                        match -> names.add(match.string(Tag.PatientName).orElseThrow()));
                assertThat(status).isEqualTo(DimseStatus.SUCCESS);
            }
        }
        assertThat(names).containsExactly("山田^0", "山田^1", "山田^2", "山田^0", "山田^1");
    }

    @Test
    void a_query_is_cancelled_and_the_association_goes_on() throws IOException {
        List<Dataset> matches = new ArrayList<>();
        try (Association association = ask(FIND)) {
            DimseStatus status = association.find(FIND, wanting(1_000_000), match -> {
                matches.add(match);
                return matches.size() < 5;
            });
            assertThat(status.code()).isEqualTo(0xFE00);
            assertThat(matches).hasSize(5);
            assertThat(sent.get()).isLessThan(1_000_000);
            assertThat(association.find(FIND, wanting(0), match -> true)).isEqualTo(DimseStatus.SUCCESS);
        }
    }

    @Test
    void a_query_that_fails_is_answered_and_the_association_goes_on() throws IOException {
        try (Association association = ask(FIND, Uid.Verification)) {
            assertThat(association.find(FIND, new Dataset().put(Tag.PatientID, "X"), match -> true))
                    .isEqualTo(new DimseStatus(0xA900, "no number of matches"));
            DimseStatus broken = association.find(FIND, wanting(13), match -> true);
            assertThat(broken.code()).isEqualTo(0xC000);
            assertThat(broken.comment()).doesNotContain("breaks");
            assertThat(association.echo()).isEqualTo(DimseStatus.SUCCESS);
            assertThat(association.find(FIND, wanting(1), match -> true)).isEqualTo(DimseStatus.SUCCESS);
        }
    }

    @Test
    void a_get_stores_on_the_same_association_what_its_roles_and_syntaxes_allow() throws IOException {
        Map<String, byte[]> got = new ConcurrentHashMap<>();
        List<Integer> remaining = new ArrayList<>();
        AssociationRequest request = AssociationRequest.retrieving(
                "127.0.0.1",
                server.port(),
                "CLIENT",
                "TOMOGRID",
                GET,
                List.of(new AssociationRequest.Syntax(CT, EXPLICIT), new AssociationRequest.Syntax(CT, JPEG)));
        try (Association association = client.open(request)) {
            RetrieveResult result = association.get(
                    GET,
                    wanting(0),
                    (store, data) -> {
                        got.put(store.sopInstanceUid(), data.readAllBytes());
                        return store.sopInstanceUid().equals("1.2.3")
                                ? new DimseStatus(0xB007, "a remark")
                                : DimseStatus.SUCCESS;
                    },
                    (left, completed, failed) -> remaining.add(left));
            assertThat(result.status().code()).isEqualTo(0xB000);
            assertThat(List.of(result.completed(), result.failed(), result.warning()))
                    .containsExactly(2, 2, 1);
            assertThat(result.failedInstances()).containsExactly("1.2.13", "1.2.14");
            assertThat(remaining).containsExactly(4, 3, 2, 1, 0);
        }
        assertThat(got).containsOnlyKeys("1.2.1", "1.2.2", "1.2.3");
        assertThat(got.get("1.2.2")).isEqualTo(((Kept) KEPT.get(1)).bytes());
    }

    /** Without role selection a requestor is no provider of storage: nothing may be sent to it. */
    @Test
    void a_get_without_roles_sends_nothing() throws IOException {
        AssociationRequest request = AssociationRequest.storing(
                        "127.0.0.1",
                        server.port(),
                        "CLIENT",
                        "TOMOGRID",
                        List.of(new AssociationRequest.Syntax(CT, EXPLICIT)))
                .alsoAsking(GET);
        try (Association association = client.open(request)) {
            RetrieveResult result = association.get(
                    GET,
                    wanting(0),
                    (store, data) -> {
                        throw new AssertionError("stored at a mere user");
                    },
                    (left, completed, failed) -> true);
            assertThat(result.status().code()).isEqualTo(0xA702);
            assertThat(result.failed()).isEqualTo(KEPT.size());
        }
    }

    @Test
    void roles_are_answered_as_they_are_granted() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            Wire wire = new Wire(socket);
            wire.writePdu(new Pdu.AssociateRq(
                    "TOMOGRID",
                    "CLIENT",
                    List.of(
                            new PresentationContext(1, CT, List.of(EXPLICIT)),
                            new PresentationContext(3, FIND, List.of(JPEG, EXPLICIT)),
                            new PresentationContext(5, COMMITMENT, List.of(JPEG))),
                    0,
                    List.of(
                            new RoleSelection(CT, true, true),
                            new RoleSelection(FIND, true, true),
                            new RoleSelection("1.2.3", false, true))));
            assertThat(PduCodec.read(new DataInputStream(socket.getInputStream())))
                    .isInstanceOfSatisfying(Pdu.AssociateAc.class, accept -> {
                        assertThat(accept.roles())
                                .containsExactlyInAnyOrder(
                                        new RoleSelection(CT, true, true), new RoleSelection(FIND, true, false));
                        assertThat(accept.answers())
                                .extracting(a -> a.accepted() ? a.transferSyntax() : "")
                                .containsExactly(EXPLICIT, EXPLICIT, "");
                    });
        }
    }

    @Test
    void a_get_is_cancelled_between_its_stores() throws IOException {
        AtomicInteger stores = new AtomicInteger();
        AssociationRequest request = AssociationRequest.retrieving(
                "127.0.0.1",
                server.port(),
                "CLIENT",
                "TOMOGRID",
                GET,
                List.of(new AssociationRequest.Syntax(CT, EXPLICIT), new AssociationRequest.Syntax(CT, JPEG)));
        try (Association association = client.open(request)) {
            RetrieveResult result = association.get(
                    GET,
                    wanting(0),
                    (store, data) -> {
                        stores.incrementAndGet();
                        data.readAllBytes();
                        return DimseStatus.SUCCESS;
                    },
                    (left, completed, failed) -> false);
            assertThat(result.status().code()).isEqualTo(0xFE00);
            assertThat(stores.get()).isLessThan(3);
        }
    }

    @Test
    void a_move_goes_to_the_destination_with_right_counts() throws IOException {
        try (Association association = ask(MOVE)) {
            RetrieveResult result = association.move(MOVE, wanting(0), "DEST", (left, completed, failed) -> true);
            assertThat(result.status().code()).isEqualTo(0xB000);
            assertThat(List.of(result.completed(), result.failed())).containsExactly(4, 1);
            assertThat(result.failedInstances()).containsExactly("1.2.13");
            assertThat(moved).containsOnlyKeys("1.2.1", "1.2.2", "1.2.3", "1.2.14");
            assertThat(association
                            .move(MOVE, wanting(0), "NOBODY", (left, completed, failed) -> true)
                            .status()
                            .code())
                    .isEqualTo(0xA801);
            destination.close();
            RetrieveResult unreachable = association.move(MOVE, wanting(0), "DEST", (left, completed, failed) -> true);
            assertThat(unreachable.status().code()).isEqualTo(0xA702);
            assertThat(unreachable.failedInstances()).hasSize(KEPT.size());
        }
    }

    @Test
    void a_commitment_is_reported_on_the_same_association() throws Exception {
        List<SopReference> instances = List.of(new SopReference(CT, "1.2.1"), new SopReference(CT, "1.2.9"));
        try (Association association = ask(COMMITMENT, Uid.Verification)) {
            assertThat(association.requestCommitment("1.2.99", instances)).isEqualTo(DimseStatus.SUCCESS);
            CommitmentResult result =
                    association.awaitCommitment(Duration.ofSeconds(10)).orElseThrow();
            assertThat(result)
                    .isEqualTo(new CommitmentResult(
                            "1.2.99",
                            instances.subList(0, 1),
                            List.of(new CommitmentResult.Failure(instances.get(1), 0x0112))));
            assertThat(association.awaitCommitment(Duration.ofMillis(50))).isEmpty();
            assertThat(association.echo()).isEqualTo(DimseStatus.SUCCESS);
            assertThat(association.requestCommitment("1.2.98", List.of()).code())
                    .isEqualTo(0x0115);
        }
    }

    @Test
    void a_commitment_is_reported_on_another_association() throws Exception {
        CommitmentResult result = new CommitmentResult("1.2.97", List.of(new SopReference(CT, "1.2.1")), List.of());
        try (Association association =
                client.open(AssociationRequest.reporting("127.0.0.1", destination.port(), "TOMOGRID", "DEST"))) {
            assertThat(association.reportCommitment(result)).isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(reports).containsExactly(result);
    }

    @Test
    void what_is_not_offered_is_not_accepted() throws IOException {
        try (Association association = client.open(
                AssociationRequest.asking("127.0.0.1", destination.port(), "TOMOGRID", "DEST", FIND, COMMITMENT))) {
            assertThat(association.accepts(FIND)).isFalse();
            assertThatThrownBy(() -> association.find(FIND, wanting(0), match -> true))
                    .isInstanceOf(NoPresentationContext.class);
        }
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
