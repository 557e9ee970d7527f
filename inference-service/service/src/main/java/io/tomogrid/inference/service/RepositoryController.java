package io.tomogrid.inference.service;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.service.swap.Models;
import io.tomogrid.inference.service.swap.NotServed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Triton's extension {@code model_repository}: what is there, load and unload. */
@RestController
class RepositoryController {
    private final Models models;

    RepositoryController(Models models) {
        this.models = models;
    }

    /** {@code {"ready":true}} leaves out what does not serve. */
    @PostMapping(value = "/v2/repository/index", produces = "application/json")
    String index(@RequestBody(required = false) String body) throws IOException, ModelException {
        boolean readyOnly = Boolean.TRUE.equals(Bodies.document(body).get("ready"));
        List<Map<String, Object>> entries = new ArrayList<>();
        for (String model : models.names()) {
            String serving = models.serving(model).map(ModelPackage::version).orElse("");
            var versions = new ArrayList<>(models.inStore(model));
            if (!serving.isEmpty() && !versions.contains(serving)) {
                versions.add(serving);
            }
            for (String version : versions) {
                boolean ready = models.loaded(model, version).isPresent();
                if (ready || !readyOnly) {
                    entries.add(entry(model, version, ready, models.failure(model)));
                }
            }
        }
        return JSON.std.asString(entries);
    }

    private static Map<String, Object> entry(String model, String version, boolean ready, String failure) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", model);
        map.put("version", version);
        map.put("state", ready ? "READY" : "UNAVAILABLE");
        map.put("reason", ready ? "" : failure.isEmpty() ? "not loaded" : failure);
        return map;
    }

    /** Brings the highest version to serve, or {@code {"parameters":{"version":"2.0.0"}}}. */
    @PostMapping(value = "/v2/repository/models/{model}/load", produces = "application/json")
    String load(@PathVariable String model, @RequestBody(required = false) String body)
            throws IOException, ModelException, NotServed {
        Object version = Bodies.document(body).get("parameters") instanceof Map<?, ?> parameters
                ? parameters.get("version")
                : null;
        models.load(model, version == null ? "" : version.toString());
        return "{}";
    }

    @PostMapping(value = "/v2/repository/models/{model}/unload", produces = "application/json")
    String unload(@PathVariable String model) throws IOException {
        models.unload(model, "repository api");
        return "{}";
    }
}
