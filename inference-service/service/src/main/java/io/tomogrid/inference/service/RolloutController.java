package io.tomogrid.inference.service;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.client.MalformedMessage;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.service.swap.Models;
import io.tomogrid.inference.service.swap.NotServed;
import io.tomogrid.inference.service.swap.RolloutPolicy;
import java.io.IOException;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** How versions come to serve: rollouts, rollback, what is loaded, the audit log. */
@RestController
class RolloutController {
    private final Models models;

    RolloutController(Models models) {
        this.models = models;
    }

    @PostMapping(value = "/api/models/{model}/rollouts", produces = "application/json")
    @ResponseStatus(HttpStatus.ACCEPTED)
    String rollOut(@PathVariable String model, @RequestBody String body) throws IOException, ModelException, NotServed {
        Map<String, Object> document = Bodies.document(body);
        if (!(document.get("version") instanceof String version)) {
            throw new MalformedMessage("version: expected the version to roll out, or its digest");
        }
        try {
            return JSON.std.asString(Map.of("rollout", models.rollOut(model, version, RolloutPolicy.of(document))));
        } catch (IllegalArgumentException e) {
            throw new MalformedMessage(e.getMessage());
        }
    }

    @PostMapping(value = "/api/models/{model}/abort", produces = "application/json")
    @ResponseStatus(HttpStatus.ACCEPTED)
    String abort(@PathVariable String model) throws NotServed {
        models.abort(model, "operator");
        return "{}";
    }

    @PostMapping(value = "/api/models/{model}/rollback", produces = "application/json")
    String rollBack(@PathVariable String model, @RequestBody(required = false) String body)
            throws IOException, ModelException, NotServed {
        Object reason = Bodies.document(body).getOrDefault("reason", "asked for");
        return JSON.std.asString(Map.of("serving", models.rollBack(model, reason.toString(), "operator")));
    }

    @GetMapping(value = "/api/models", produces = "application/json")
    String status() throws IOException, ModelException {
        return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(Map.of("models", models.status()));
    }

    @GetMapping(value = "/api/models/{model}/versions", produces = "application/json")
    String versions(@PathVariable String model) throws IOException, ModelException {
        return JSON.std.asString(Map.of("versions", models.versions(model)));
    }

    @GetMapping(value = "/api/models-audit", produces = "application/json")
    String audit(@RequestParam(defaultValue = "") String model, @RequestParam(defaultValue = "0") long after)
            throws IOException {
        return JSON.std.asString(Map.of("entries", models.audit(model, after)));
    }

    @PostMapping(value = "/api/pins/release", produces = "application/json")
    String release(@RequestHeader(Caller.PIN) String pin) {
        models.releasePin(pin);
        return "{}";
    }
}
