package io.tomogrid.gateway.results;

import io.tomogrid.dicom.Uids;
import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Takes manifests of results and tells how they fare, docs/interfaces.md. */
@RestController
class ResultController {
    private static final int MOST_BYTES = 16 << 20;
    private static final int MOST_TEXT = 1024;

    private final Results results;
    private final ResultKeeper keeper;
    private final Staging staging;

    ResultController(Results results, ResultKeeper keeper, Staging staging) {
        this.results = results;
        this.keeper = keeper;
        this.staging = staging;
    }

    @PutMapping(value = "/api/results/{jobId}", produces = "application/json")
    @ResponseStatus(HttpStatus.ACCEPTED)
    String put(@PathVariable String jobId, HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw RequestFault.malformed("the manifest is larger than " + MOST_BYTES + " bytes");
        }
        ResultManifest manifest;
        try {
            manifest = Documents.resultManifest(Documents.parse(new String(body, StandardCharsets.UTF_8)));
            check(jobId, manifest);
        } catch (IllegalArgumentException e) {
            throw RequestFault.malformed(e.getMessage());
        }
        if (!results.commit(manifest)) {
            throw RequestFault.conflict(
                    "job " + jobId + " has results already, and these are others; the first ones stay");
        }
        keeper.wake();
        return Documents.json(state(jobId));
    }

    @GetMapping(value = "/api/results/{jobId}", produces = "application/json")
    String get(@PathVariable String jobId) {
        return Documents.json(state(jobId));
    }

    @PostMapping(value = "/api/results/{jobId}/retry", produces = "application/json")
    @ResponseStatus(HttpStatus.ACCEPTED)
    String retry(@PathVariable String jobId) {
        state(jobId);
        results.retry(jobId);
        keeper.wake();
        return Documents.json(state(jobId));
    }

    private Map<String, Object> state(String jobId) {
        Results.State state =
                results.state(jobId).orElseThrow(() -> RequestFault.notFound("no results of a job with this id came"));
        var map = new LinkedHashMap<String, Object>();
        map.put("job-id", jobId);
        map.put("state", state.state());
        map.put("reason", state.reason());
        map.put(
                "objects",
                results.objects(jobId).stream().map(ResultController::toMap).toList());
        return map;
    }

    private static Map<String, Object> toMap(Results.ObjectState object) {
        var map = new LinkedHashMap<String, Object>();
        map.put("kind", object.kind());
        map.put("sop-class-uid", object.sopClassUid());
        map.put("sop-instance-uid", object.sopInstanceUid());
        List<Map<String, Object>> deliveries = object.deliveries().stream()
                .<Map<String, Object>>map(d -> {
                    var delivery = new LinkedHashMap<String, Object>();
                    delivery.put("destination", d.destination());
                    delivery.put("state", d.state());
                    delivery.put("attempts", d.attempts());
                    delivery.put("reason", d.reason());
                    return delivery;
                })
                .toList();
        map.put("deliveries", deliveries);
        return map;
    }

    private void check(String jobId, ResultManifest manifest) {
        require(jobId.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}"), "job-id: expected letters, digits, dots and dashes");
        require(jobId.equals(manifest.jobId()), "job-id: expected the one of the address");
        require(Uids.valid(manifest.studyUid()), "study-uid: expected a UID");
        require(manifest.stagingRoot().length() <= MOST_TEXT, "staging-root: too long");
        Set<String> instances = new HashSet<>();
        for (ResultObject object : manifest.objects()) {
            require(object.kind().matches("[A-Z0-9_-]{1,16}"), "kind: expected a word of capitals");
            require(Uids.valid(object.sopClassUid()), "sop-class-uid: expected a UID");
            require(Uids.valid(object.sopInstanceUid()), "sop-instance-uid: expected a UID");
            require(Uids.valid(object.seriesUid()), "series-uid: expected a UID");
            require(object.sha256().matches("[0-9a-f]{64}"), "sha256: expected 64 lower-case hexadecimal digits");
            require(object.file().length() <= MOST_TEXT, "file: too long");
            require(instances.add(object.sopInstanceUid()), "objects: a SOP Instance UID stands for two");
            staging.locate(manifest.stagingRoot(), object.file());
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
