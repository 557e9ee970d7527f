package io.tomogrid.inference.service;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.client.InferMessage;
import io.tomogrid.inference.client.MalformedMessage;
import io.tomogrid.inference.pack.ModelContract;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Open Inference Protocol v2 with the extensions {@code binary_tensor_data} and {@code model_repository}. */
@RestController
class OpenInferenceController {
    private final ModelRegistry registry;
    private final InferenceProperties properties;

    OpenInferenceController(ModelRegistry registry, InferenceProperties properties) {
        this.registry = registry;
        this.properties = properties;
    }

    @GetMapping("/v2/health/live")
    void live() {}

    @GetMapping("/v2/health/ready")
    void ready() {}

    @GetMapping(value = "/v2", produces = "application/json")
    String server() throws IOException {
        return JSON.std.asString(Map.of(
                "name", "tomogrid",
                "version", "0.1.0",
                "extensions", List.of("binary_tensor_data", "model_repository")));
    }

    @GetMapping(value = "/v2/models/{model}", produces = "application/json")
    ResponseEntity<String> metadata(@PathVariable String model) throws IOException, ModelException {
        return registry.use(model, session -> JSON.std.asString(metadata(session.pack())))
                .map(ResponseEntity::ok)
                .orElseGet(() -> unknown(model));
    }

    @GetMapping("/v2/models/{model}/ready")
    ResponseEntity<String> ready(@PathVariable String model) throws IOException, ModelException {
        return registry.use(model, session -> ResponseEntity.ok("")).orElseGet(() -> unknown(model));
    }

    @PostMapping("/v2/models/{model}/infer")
    void infer(@PathVariable String model, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ModelException {
        int headerLength = request.getIntHeader(InferMessage.HEADER_LENGTH);
        if (headerLength < 0) {
            throw new MalformedMessage(
                    InferMessage.HEADER_LENGTH + " is missing: this service takes tensors as binary data only");
        }
        InferMessage message = InferMessage.decode(
                request.getInputStream(),
                "inputs",
                headerLength,
                properties.maxRequest().toBytes());
        var served = registry.use(model, session -> {
            var header = new LinkedHashMap<String, Object>();
            header.put("model_name", model);
            header.put("model_version", session.pack().version());
            header.put("parameters", Map.of("digest", session.pack().digest()));
            return new InferMessage(header, session.run(message.tensors()));
        });
        if (served.isEmpty()) {
            response.setStatus(404);
            response.setContentType("application/json");
            response.getWriter().write(error("no model named " + model + " serves"));
            return;
        }
        InferMessage.Encoded body = served.get().encode("outputs");
        response.setContentType("application/octet-stream");
        response.setHeader(InferMessage.HEADER_LENGTH, Integer.toString(body.header().length));
        response.setContentLengthLong(body.length());
        body.writeTo(response.getOutputStream());
    }

    @PostMapping(value = "/v2/repository/index", produces = "application/json")
    String index() throws IOException {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (ModelRegistry.Entry entry : registry.index()) {
            var map = new LinkedHashMap<String, Object>();
            map.put("name", entry.name());
            map.put("version", entry.version());
            map.put("state", entry.state());
            map.put("reason", entry.reason());
            entries.add(map);
        }
        return JSON.std.asString(entries);
    }

    @PostMapping(value = "/v2/repository/models/{model}/load", produces = "application/json")
    String load(@PathVariable String model) throws ModelException {
        registry.load(model);
        return "{}";
    }

    @PostMapping(value = "/v2/repository/models/{model}/unload", produces = "application/json")
    String unload(@PathVariable String model) {
        registry.unload(model);
        return "{}";
    }

    @ExceptionHandler({ModelException.class, MalformedMessage.class})
    ResponseEntity<String> refused(Exception e) throws IOException {
        return ResponseEntity.badRequest()
                .header("Content-Type", "application/json")
                .body(error(e.getMessage()));
    }

    private static ResponseEntity<String> unknown(String model) {
        return ResponseEntity.status(404)
                .header("Content-Type", "application/json")
                .body(error("no model named " + model + " serves"));
    }

    private static String error(String message) {
        try {
            return JSON.std.asString(Map.of("error", message));
        } catch (IOException e) {
            throw new IllegalStateException("a map of strings is JSON", e);
        }
    }

    private static Map<String, Object> metadata(ModelPackage pack) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", pack.name());
        map.put("versions", List.of(pack.version()));
        map.put("platform", "onnxruntime_onnx");
        map.put("inputs", ports(pack.contract().inputs()));
        map.put("outputs", ports(pack.contract().outputs()));
        map.put("parameters", Map.of("digest", pack.digest()));
        return map;
    }

    private static List<Map<String, Object>> ports(List<ModelContract.Port> ports) {
        return ports.stream()
                .<Map<String, Object>>map(
                        p -> Map.of("name", p.name(), "datatype", p.type().name(), "shape", p.shape()))
                .toList();
    }
}
