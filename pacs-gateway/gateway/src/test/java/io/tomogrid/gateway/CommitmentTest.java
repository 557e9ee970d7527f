package io.tomogrid.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.CommitmentHandler;
import io.tomogrid.dicom.net.CommitmentRequest;
import io.tomogrid.dicom.net.CommitmentResult;
import io.tomogrid.dicom.net.CommitmentResult.Failure;
import io.tomogrid.dicom.net.DimseServices;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.SopReference;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Storage commitment in both roles. */
class CommitmentTest {
    private static final String COMMITMENT = Uid.StorageCommitmentPushModelSOPClass;
    private static final String CT = TestingGateway.CT;

    private static TestingDatabase database;

    @TempDir
    Path folder;

    private final LinkedBlockingQueue<CommitmentResult> reports = new LinkedBlockingQueue<>();
    private final Set<String> denied = ConcurrentHashMap.newKeySet();
    private final AtomicInteger finds = new AtomicInteger();
    private TestingPacs pacs;
    private TestingGateway gateway;

    @BeforeAll
    static void startDatabase() throws IOException {
        database = TestingDatabase.start();
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        database.close();
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        pacs.close();
    }

    private void start(boolean commitment, UnaryOperator<DimseServices> more) throws Exception {
        start(commitment, "4s", more);
    }

    private void start(boolean commitment, String within, UnaryOperator<DimseServices> more) throws Exception {
        pacs = new TestingPacs(0, more);
        Map<String, Object> settings = new HashMap<>(Map.of(
                "tomogrid.gateway.dicom.calling-allowed", "MODALITY,PACS",
                "tomogrid.gateway.delivery.first-backoff", "50ms",
                "tomogrid.gateway.delivery.longest-backoff", "200ms",
                "tomogrid.gateway.delivery.max-attempts", "4",
                "tomogrid.gateway.delivery.commitment", within));
        settings.put("tomogrid.gateway.destinations[0].name", "pacs");
        settings.put("tomogrid.gateway.destinations[0].host", "127.0.0.1");
        settings.put("tomogrid.gateway.destinations[0].port", Integer.toString(pacs.port()));
        settings.put("tomogrid.gateway.destinations[0].ae-title", "PACS");
        settings.put("tomogrid.gateway.destinations[0].commitment", Boolean.toString(commitment));
        gateway = TestingGateway.start(folder, database.fresh(), settings);
    }

    private Association ask(String callingAe) throws IOException {
        return Association.open(AssociationRequest.asking(
                "127.0.0.1", gateway.dicomPort(), callingAe, "TOMOGRID", COMMITMENT, Uid.Verification));
    }

    // ---- as provider

    /** COM-01. */
    @AlsoOnHdfs
    @Test
    void only_what_is_whole_in_the_archive_is_committed() throws Exception {
        start(false, services -> services);
        gateway.store(TestImages.ct("1.8.1", "1.8.1.1", "1.8.1.1.1"));
        // HDFS reads ahead by 64 KiB, and damage that lies in them fails that read
        gateway.store(TestImages.ct("1.8.1", "1.8.1.1", "1.8.1.1.9").putBytes(Tag.PixelData, VR.OW, new byte[100_000]));
        for (String uid : List.of("1.8.1.1.2", "1.8.1.1.3")) {
            gateway.store(TestImages.ct("1.8.1", "1.8.1.1", uid));
        }
        damage("1.8.1.1.2");
        SopReference whole = new SopReference(CT, "1.8.1.1.1");
        SopReference damaged = new SopReference(CT, "1.8.1.1.2");
        SopReference otherClass = new SopReference(Uid.MRImageStorage, "1.8.1.1.3");
        SopReference missing = new SopReference(CT, "1.8.1.1.4");
        try (Association association = ask("MODALITY")) {
            assertThat(association.requestCommitment("1.8.99", List.of(whole, damaged, otherClass, missing)))
                    .isEqualTo(DimseStatus.SUCCESS);
            assertThat(association.awaitCommitment(Duration.ofSeconds(20)))
                    .contains(new CommitmentResult(
                            "1.8.99",
                            List.of(whole),
                            List.of(
                                    new Failure(damaged, 0x0110),
                                    new Failure(otherClass, 0x0119),
                                    new Failure(missing, 0x0112))));
            assertThat(association.requestCommitment("no UID", List.of(whole)).code())
                    .isEqualTo(0x0115);
            assertThat(association.echo()).isEqualTo(DimseStatus.SUCCESS);
        }
    }

    private void damage(String uid) throws IOException {
        var row = gateway.bean(io.tomogrid.gateway.index.ArchiveIndex.class)
                .find(uid)
                .orElseThrow();
        damage(folder, row.ref().segment(), row.ref().offset() + row.ref().length() - 100);
    }

    void damage(Path home, String segment, long at) throws IOException {
        Path path = home.resolve("archive").resolve(segment);
        assertThat(Files.exists(path)).isTrue();
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(at);
            int old = file.read();
            file.seek(at);
            file.write(old ^ 1);
        }
    }

    /** COM-01: a configured destination is called back, also when it is away at first. */
    @AlsoOnHdfs
    @Test
    void a_configured_requestor_is_called_back() throws Exception {
        AtomicInteger away = new AtomicInteger(2);
        start(
                false,
                services -> services.takingCommitments((callingAe, result) -> {
                    if (away.getAndDecrement() > 0) {
                        return DimseStatus.PROCESSING_FAILURE;
                    }
                    reports.add(result);
                    return DimseStatus.SUCCESS;
                }));
        gateway.store(TestImages.ct("1.8.2", "1.8.2.1", "1.8.2.1.1"));
        SopReference whole = new SopReference(CT, "1.8.2.1.1");
        try (Association association = ask("PACS")) {
            assertThat(association.requestCommitment("1.8.98", List.of(whole))).isEqualTo(DimseStatus.SUCCESS);
        }
        assertThat(reports.poll(20, TimeUnit.SECONDS))
                .isEqualTo(new CommitmentResult("1.8.98", List.of(whole), List.of()));
    }

    // ---- as user

    private CommitmentResult answer(CommitmentRequest request) {
        return new CommitmentResult(
                request.transactionUid(),
                request.instances().stream()
                        .filter(i ->
                                pacs.received.containsKey(i.sopInstanceUid()) && !denied.contains(i.sopInstanceUid()))
                        .toList(),
                request.instances().stream()
                        .filter(i -> denied.remove(i.sopInstanceUid()))
                        .map(i -> new Failure(i, CommitmentResult.PROCESSING_FAILURE))
                        .toList());
    }

    private Map<String, Object> deliver(String job, String... instances) throws Exception {
        var manifest = TestResults.stage(folder.resolve(job), job, "1.4.9", instances);
        gateway.put("/api/results/" + job, TestResults.json(manifest));
        var answer = gateway.await(
                "/api/results/" + job, a -> "SETTLED".equals(a.body().get("state")));
        assertThat(answer.body()).containsEntry("state", "SETTLED");
        Map<String, Object> states = new HashMap<>();
        for (Map<String, Object> object : answer.list("objects")) {
            Map<?, ?> delivery = (Map<?, ?>) ((List<?>) object.get("deliveries")).get(0);
            states.put(
                    (String) object.get("sop-instance-uid"),
                    delivery.get("state") + (delivery.get("reason").equals("") ? "" : ": " + delivery.get("reason")));
        }
        return states;
    }

    /** COM-02. */
    @Test
    void a_destination_commits_itself_on_the_same_association() throws Exception {
        CommitmentHandler handler = request -> () -> Optional.of(answer(request));
        start(true, services -> services.committing(handler));
        denied.add("1.9.40.2");
        assertThat(deliver("job-same", "1.9.40.1", "1.9.40.2"))
                .isEqualTo(Map.of("1.9.40.1", "COMMITTED", "1.9.40.2", "COMMITTED"));
        assertThat(pacs.stores.get("1.9.40.1").get()).isEqualTo(1);
        assertThat(pacs.stores.get("1.9.40.2").get())
                .as("not committed, sent again")
                .isEqualTo(2);
    }

    /** COM-02. */
    @Test
    void a_destination_commits_itself_on_another_association() throws Exception {
        CommitmentHandler handler = request -> () -> {
            try (Association association = Association.open(
                    AssociationRequest.reporting("127.0.0.1", gateway.dicomPort(), "PACS", "TOMOGRID"))) {
                association.reportCommitment(answer(request));
                assertThat(association
                                .reportCommitment(new CommitmentResult("1.2.3.4", List.of(), List.of()))
                                .code())
                        .isEqualTo(0x0115);
            }
            return Optional.empty();
        };
        start(true, services -> services.committing(handler));
        assertThat(deliver("job-other", "1.9.41.1")).isEqualTo(Map.of("1.9.41.1", "COMMITTED"));
    }

    /** COM-02: a peer without commitment stays Accepted. */
    @Test
    void without_commitment_a_delivery_stays_accepted() throws Exception {
        start(true, services -> services);
        assertThat(deliver("job-none", "1.9.42.1"))
                .isEqualTo(Map.of("1.9.42.1", "ACCEPTED: accepted; the peer offers no storage commitment"));
    }

    /** COM-02: a peer that takes requests and never reports is asked again within bounds. */
    @Test
    void a_peer_that_never_reports_is_not_waited_for_without_end() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        start(
                true,
                "200ms",
                services -> services.committing(request -> {
                    asked.incrementAndGet();
                    return Optional::empty;
                }));
        assertThat(deliver("job-silent", "1.9.45.1"))
                .isEqualTo(Map.of(
                        "1.9.45.1", "ACCEPTED: accepted; the peer was asked for commitment often and never reported"));
        assertThat(asked.get()).isEqualTo(4);
        assertThat(pacs.stores.get("1.9.45.1").get()).isEqualTo(1);
    }

    /** COM-03. */
    @Test
    void an_unknown_delivery_is_settled_by_commitment() throws Exception {
        CommitmentHandler handler = request -> () -> Optional.of(answer(request));
        start(
                true,
                services -> services.committing(handler).finding((request, matches) -> {
                    finds.incrementAndGet();
                    return DimseStatus.SUCCESS;
                }));
        pacs.lostAnswersLeft.put("1.9.43.1", new AtomicInteger(1));
        assertThat(deliver("job-lost", "1.9.43.1")).isEqualTo(Map.of("1.9.43.1", "COMMITTED"));
        assertThat(pacs.stores.get("1.9.43.1").get()).isEqualTo(1);
        assertThat(finds.get()).isZero();
    }

    /** COM-03. */
    @Test
    void an_unknown_delivery_is_settled_by_a_query_or_sent_again() throws Exception {
        start(
                false,
                services -> services.finding((request, matches) -> {
                    finds.incrementAndGet();
                    String uid = request.identifier().string(Tag.SOPInstanceUID).orElseThrow();
                    if (pacs.received.containsKey(uid)) {
                        matches.send(new Dataset().put(Tag.SOPInstanceUID, uid), DimseStatus.PENDING);
                    }
                    return DimseStatus.SUCCESS;
                }));
        pacs.lostAnswersLeft.put("1.9.44.1", new AtomicInteger(1));
        pacs.abortsLeft.put("1.9.44.2", new AtomicInteger(1));
        assertThat(deliver("job-asked", "1.9.44.1", "1.9.44.2"))
                .isEqualTo(
                        Map.of("1.9.44.1", "ACCEPTED: found there after the connection broke", "1.9.44.2", "ACCEPTED"));
        assertThat(pacs.stores.get("1.9.44.1").get()).isEqualTo(1);
        assertThat(pacs.stores.get("1.9.44.2").get()).isEqualTo(2);
        assertThat(finds.get()).isEqualTo(2);
    }
}
