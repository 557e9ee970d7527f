package io.tomogrid.gateway.verdict;

import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.contract.Documents;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Takes verdicts on results and tells the quality ledger, docs/interfaces.md. */
@RestController
class VerdictController {
    private static final int MOST_BYTES = 16 << 10;
    private static final int MOST = 1000;

    private final Verdicts verdicts;

    VerdictController(Verdicts verdicts) {
        this.verdicts = verdicts;
    }

    @PostMapping(value = "/api/results/{jobId}/verdict", produces = "application/json")
    @ResponseStatus(HttpStatus.CREATED)
    String post(@PathVariable String jobId, HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw RequestFault.malformed("the verdict is larger than " + MOST_BYTES + " bytes");
        }
        Judgement judgement;
        try {
            judgement = judgement(Documents.parse(new String(body, StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            throw RequestFault.malformed(e.getMessage());
        }
        if (!verdicts.hasResults(jobId)) {
            throw RequestFault.notFound("no results of a job with this id came");
        }
        verdicts.add(UUID.randomUUID().toString(), jobId, "REST", judgement);
        return Documents.json(verdicts.list(jobId, 1).get(0));
    }

    private static Judgement judgement(Map<String, Object> map) {
        for (Judgement.Outcome outcome : Judgement.Outcome.values()) {
            if (outcome.name().equals(map.get("verdict"))) {
                return new Judgement(outcome, text(map, "by"), text(map, "reason"), Optional.empty());
            }
        }
        throw new IllegalArgumentException("verdict: expected ACCEPTED, EDITED or REJECTED");
    }

    private static String text(Map<String, Object> map, String key) {
        Object value = map.getOrDefault(key, "");
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(key + ": expected a text");
    }

    /** @param job or empty for all */
    @GetMapping(value = "/api/verdicts", produces = "application/json")
    String get(@RequestParam(defaultValue = "") String job, @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MOST) {
            throw RequestFault.malformed("limit: expected 1 to " + MOST);
        }
        var map = new LinkedHashMap<String, Object>();
        map.put("models", verdicts.models());
        map.put("verdicts", verdicts.list(job, limit));
        return Documents.json(map);
    }
}
