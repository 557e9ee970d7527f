package io.tomogrid.node.bench.cluster;

import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.http.HttpError;
import io.tomogrid.slices.http.Reply;
import io.tomogrid.slices.http.Request;
import io.tomogrid.slices.http.TokenServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Stands in for the gateway, so that a measurement is of the cluster alone: studies complete when they are asked for, and
 * results are stored when their files have the bytes that their manifest states. Counts what a gateway would refuse.
 */
public final class StudyFeed implements AutoCloseable {
    /** Modality of its studies, which no other rule takes. */
    public static final String MODALITY = "OT";
    /** Modality of those that cannot wait. */
    public static final String URGENT = "XC";

    private static final int TOLD = 200;

    private final TokenServer server;
    private final Deque<Map<String, Object>> studies = new ArrayDeque<>();
    private final Map<String, ResultManifest> stored = new HashMap<>();
    private final List<String> refused = new ArrayList<>();
    private long sequence;

    private StudyFeed(String token) throws IOException {
        server = TokenServer.start(0, token, this::answer);
    }

    public static StudyFeed start(String token) throws IOException {
        return new StudyFeed(token);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    /** A study completes. @return its UID */
    public String submit() {
        return submit(MODALITY);
    }

    /** The same, for a job of priority STAT. */
    public String submitUrgent() {
        return submit(URGENT);
    }

    private synchronized String submit(String modality) {
        UUID id = UUID.randomUUID();
        String uid = "2.25." + new java.math.BigInteger(id.toString().replace("-", ""), 16);
        var instance =
                new InstanceRef("1.2.840.10008.5.1.4.1.1.7", uid + ".1.1", "1.2.840.10008.1.2.1", "none", 0, 0, "");
        var series = new SeriesRef(uid + ".1", modality, List.of(instance));
        studies.addLast(Documents.toMap(
                new StudyComplete(++sequence, uid, 1, StudyComplete.Completeness.QUIET_PERIOD, List.of(series))));
        if (studies.size() > TOLD) {
            studies.removeFirst();
        }
        return uid;
    }

    /** Whether results of the job are stored. */
    public synchronized boolean holds(String jobId) {
        return stored.containsKey(jobId);
    }

    /** Under which lease the job's stored results were made. */
    public synchronized long epoch(String jobId) {
        return stored.get(jobId).leaseEpoch();
    }

    /** Each result that came after another one of the same job, or whose files were not what was promised. */
    public synchronized List<String> refused() {
        return List.copyOf(refused);
    }

    @Override
    public void close() {
        server.close();
    }

    private synchronized Reply answer(Request request) throws IOException {
        List<String> path = request.path();
        if (request.is("GET", "api", 1) && path.get(1).equals("feed")) {
            return Reply.of(200, Map.of("format-version", 1, "studies", List.copyOf(studies)));
        }
        if (request.is("PUT", "api", 2)) {
            put(path.get(2), Documents.resultManifest(request.json()));
            return Reply.empty(202);
        }
        if (request.is("GET", "api", 2)) {
            ResultManifest manifest = stored.get(path.get(2));
            if (manifest == null) {
                throw new HttpError(404, "no results of this job");
            }
            return Reply.of(200, Map.of("job-id", path.get(2), "state", "SETTLED", "reason", "", "objects", List.of()));
        }
        throw new HttpError(404, "the feed answers no such request");
    }

    private void put(String jobId, ResultManifest manifest) throws IOException {
        ResultManifest first = stored.get(jobId);
        if (first == null) {
            for (ResultObject object : manifest.objects()) {
                if (!object.sha256().equals(sha256(manifest, object))) {
                    refused.add(jobId + ": " + object.file() + " is not what the manifest states");
                    throw new HttpError(409, "a file is not what the manifest states");
                }
            }
            stored.put(jobId, manifest);
        } else if (!first.equals(manifest)) {
            refused.add(jobId + ": other results than the first, of epoch " + manifest.leaseEpoch());
            throw new HttpError(409, "other results are stored");
        }
    }

    private static String sha256(ResultManifest manifest, ResultObject object) throws IOException {
        Path file = Path.of(URI.create(manifest.stagingRoot())).resolve(object.file());
        if (!Files.exists(file)) {
            return "missing";
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
